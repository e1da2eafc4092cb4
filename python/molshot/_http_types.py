"""What the HTTP clients return and raise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._errors import MolshotError

Json = Any
"""A JSON value."""

RETRY_STATUSES = frozenset({429, 503})
"""Statuses after which a request may be sent again."""
IMAGE_SUFFIXES = ("png", "jpg", "webp", "tiff", "bmp", "qoi")
"""File extensions of images in batches, the default format first."""


class ProblemError(MolshotError):
    """An error that the server reports (RFC 9457).

    Beside ``detail``, ``code`` and ``pointer`` of every exception:

    Attributes
    ----------
    status : int
        The HTTP status.
    parameter : str or None
        Name of the URL's parameter that is wrong.
    document : dict
        All that the server said.
    """

    def __init__(self, document: Mapping[str, Json], status: int) -> None:
        detail = str(document.get("detail", f"the server answered {status}"))
        transient = status in RETRY_STATUSES
        super().__init__(detail, str(document.get("code", "unknown")), document.get("pointer"), transient)
        self.status = status
        self.parameter: str | None = document.get("parameter")
        self.document = dict(document)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.document, self.status)

    @classmethod
    def of(cls, status: int, body: bytes) -> ProblemError:
        """The problem in a response body; if the body is not a problem, only the status is known."""
        try:
            document = json.loads(body)
        except ValueError:
            document = {}
        return cls(document if isinstance(document, dict) else {}, status)


class TransportError(MolshotError, OSError):
    """The server cannot be reached, or the connection broke (code ``connection_failed``)."""

    def __init__(
        self,
        detail: str,
        code: str = "connection_failed",
        pointer: str | None = None,
        transient: bool = True,
    ) -> None:
        super().__init__(detail, code, pointer, transient)


class BatchError(MolshotError):
    """The stream of a batch ended early or is malformed (code ``batch_incomplete``)."""

    def __init__(
        self,
        detail: str,
        code: str = "batch_incomplete",
        pointer: str | None = None,
        transient: bool = True,
    ) -> None:
        super().__init__(detail, code, pointer, transient)


@dataclass(frozen=True)
class Structure:
    """A structure on the server."""

    id: str
    source: str
    summary: Mapping[str, Json]


@dataclass
class Item:
    """One item of a batch: its files by suffix (``png``, ``json``, ``depth.npy``), or its error."""

    key: str
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def image(self) -> bytes | None:
        """The encoded image; ``None`` if the item failed or colour was not requested."""
        return next((self.files[suffix] for suffix in IMAGE_SUFFIXES if suffix in self.files), None)

    @property
    def annotations(self) -> dict[str, Json] | None:
        """The annotations; ``None`` if the item failed or they were not requested."""
        text = self.files.get("json")
        if text is None:
            return None
        document: dict[str, Json] = json.loads(text)
        return document

    @property
    def error(self) -> ProblemError | None:
        """The reason why the item failed; ``None`` if it succeeded."""
        text = self.files.get("error.json")
        if text is None:
            return None
        document = json.loads(text)
        return ProblemError(document, int(document.get("status", 0)))
