"""Types that the clients return and raise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
"""A JSON value."""

IMAGE_SUFFIXES = ("png", "jpg", "webp", "tiff", "bmp", "qoi")
"""File extensions of images in batches, the default format first."""


class ProblemError(Exception):
    """An error that the server reports (RFC 9457)."""

    def __init__(self, document: Mapping[str, Json], status: int) -> None:
        self.status = status
        self.code = str(document.get("code", "unknown"))
        self.detail = str(document.get("detail", f"the server answered {status}"))
        self.pointer: str | None = document.get("pointer")
        self.parameter: str | None = document.get("parameter")
        self.document = dict(document)
        super().__init__(f"{self.code}: {self.detail}")

    @classmethod
    def of(cls, status: int, body: bytes) -> ProblemError:
        """The problem in a response body; if the body is not a problem, only the status is known."""
        try:
            document = json.loads(body)
        except ValueError:
            document = {}
        return cls(document if isinstance(document, dict) else {}, status)


class BatchError(Exception):
    """The stream of a batch ended early or is malformed."""


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
