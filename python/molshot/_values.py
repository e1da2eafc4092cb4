"""Values of options: scalars of NumPy as those of Python. Needs no NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """A value with its scalars of NumPy (and arrays of no dimension) as bool, int, float or str.

    Lists, tuples, mappings and arrays are looked into; other values stay as they are.
    """
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return value.tolist()
    return value
