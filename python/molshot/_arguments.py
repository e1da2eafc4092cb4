"""Checks of arguments in Python, with the errors of the extension. Needs no NumPy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ._errors import RequestError
from ._values import plain


def whole(name: str, given: Any, least: int, most: float = math.inf) -> int:
    """A whole number from least to most; integers of NumPy are taken, booleans are not."""
    value = plain(given)
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    end = "" if most == math.inf else f" to {most}"
    raise wrong(name, given, f"a whole number from {least}{end}")


def listed(name: str, given: Any, wanted: str) -> list[Any]:
    """The values of an iterable, or the one value of a text."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Iterable):
        raise wrong(name, given, wanted)
    return list(given)


def joined(name: str, given: Any) -> str | None:
    """Several words as the command line writes them; None stays None."""
    if given is None:
        return None
    words = listed(name, given, "a text or a list of texts")
    for word in words:
        if not isinstance(word, str):
            raise wrong(name, given, "a text or a list of texts")
    return ",".join(words)


def mapping(name: str, given: Any, wanted: str) -> Mapping[Any, Any]:
    """A mapping; None is an empty one."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise wrong(name, given, wanted)
    return given


def wrong(name: str, given: Any, wanted: str) -> RequestError:
    """The error of an argument."""
    text = repr(given)
    shown = text if len(text) <= 60 else f"{text[:60]}..."
    return RequestError(f"{name} is {shown}; give {wanted}", "argument_invalid")
