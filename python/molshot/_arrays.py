"""Checks of the columns of `Structure.from_arrays`: a value that does not fit is an error."""

import math
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from molshot._errors import InputError


def coordinates(given: Any) -> npt.NDArray[np.float32]:
    """Positions (n, 3)."""
    array = _array("coordinates", given, "numbers of the shape (n, 3)")
    if array.ndim != 2 or array.shape[1] != 3:
        raise InputError(f"coordinates have the shape {array.shape}; give (n, 3)", "array_invalid")
    if len(array) == 0:
        raise InputError("coordinates have no rows; give at least one atom", "array_invalid")
    _refuse_other_types("coordinates", array, "iuf", "a number")
    # What does not fit into 32 bits becomes infinite, which is refused as a coordinate.
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)


def texts(name: str, given: Any) -> list[str] | None:
    """A column of texts; whole numbers and bytes are texts, too."""
    if given is None:
        return None
    try:
        values = list(given)
    except TypeError as error:
        raise _wrong(name, f"is a {type(given).__name__}", "a sequence of texts") from error
    return [_text(f"{name}[{index}]", value) for index, value in enumerate(values)]


def _text(where: str, value: Any) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise _wrong(where, "is not UTF-8", "a text") from error
    if isinstance(value, (str, int, np.integer)) and not isinstance(value, bool):
        return str(value)
    raise _wrong(where, f"is {_said(value)}", 'a text, "" where there is none')


def whole_numbers(name: str, given: Any, least: int, most: int) -> list[int] | None:
    """A column of whole numbers from least to most."""
    if given is None:
        return None
    wanted = f"whole numbers from {least} to {most}"
    array = _column(name, given, wanted)
    _refuse_other_types(name, array, "iuf", f"a whole number from {least} to {most}")
    for index, value in enumerate(array.tolist()):
        if not (math.isfinite(value) and value == int(value) and least <= value <= most):
            raise _wrong(f"{name}[{index}]", f"is {value!r}", f"a whole number from {least} to {most}")
    return [int(value) for value in array.tolist()]


def finite_numbers(name: str, given: Any) -> list[float] | None:
    """A column of numbers that 32 bits hold."""
    if given is None:
        return None
    array = _column(name, given, "numbers")
    _refuse_other_types(name, array, "iuf", "a number")
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    for index in np.flatnonzero(~np.isfinite(values)):
        raise _wrong(f"{name}[{index}]", f"is {array[index]}", "a finite number")
    return [float(value) for value in values.tolist()]


def switches(name: str, given: Any) -> list[bool] | None:
    """A column of booleans; 0 and 1 are booleans, too."""
    if given is None:
        return None
    array = _column(name, given, "True or False for each atom")
    _refuse_other_types(name, array, "biuf", "True or False")
    for index, value in enumerate(array.tolist()):
        if value not in (0, 1):
            raise _wrong(f"{name}[{index}]", f"is {value!r}", "True or False")
    return [bool(value) for value in array.tolist()]


def bonds(given: Any) -> npt.NDArray[np.uint32] | None:
    """Pairs of atoms (m, 2)."""
    if given is None:
        return None
    pairs = _array("bonds", given, "indices of atoms of the shape (m, 2)")
    if pairs.size == 0:
        return np.zeros((0, 2), dtype=np.uint32)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise InputError(f"bonds have the shape {pairs.shape}; give (m, 2)", "array_invalid")
    if pairs.dtype.kind not in "iu" or pairs.min() < 0 or pairs.max() >= 2**32:
        raise InputError("bonds are indices of atoms; give whole numbers from 0", "array_invalid")
    return np.ascontiguousarray(pairs, dtype=np.uint32)


def bond_orders(given: Any, bonds: Any) -> npt.NDArray[np.uint8] | None:
    """Orders of the given bonds."""
    if given is None:
        return None
    if bonds is None:
        detail = "bond_orders without bonds; give bonds, or leave bond_orders out"
        raise InputError(detail, "array_invalid")
    array = _column("bond_orders", given, "one number for each bond")
    wanted = "1, 2, 3, 4 for aromatic, or 0 for unknown"
    _refuse_other_types("bond_orders", array, "iuf", wanted)
    for index, value in enumerate(array.tolist()):
        if value not in (0, 1, 2, 3, 4):
            raise _wrong(f"bond_orders[{index}]", f"is {value!r}", wanted)
    return np.ascontiguousarray(array, dtype=np.uint8)


def _array(name: str, given: Any, wanted: str) -> npt.NDArray[Any]:
    try:
        array = np.asarray(given)
    except (ValueError, TypeError, OverflowError) as error:
        raise _wrong(name, "has rows of different lengths or values of different kinds", wanted) from error
    if np.ma.is_masked(given):
        raise _wrong(name, "has masked values", "a value for each atom")
    if array.dtype.kind in "US" and not isinstance(given, np.ndarray):
        # NumPy made texts of the numbers beside a text.
        array = np.asarray(given, dtype=object)
    return array


def _column(name: str, given: Any, wanted: str) -> npt.NDArray[Any]:
    array = _array(name, given, wanted)
    if array.ndim != 1:
        raise _wrong(name, f"has the shape {array.shape}", f"{wanted}, as one row")
    return array


def _refuse_other_types(name: str, array: npt.NDArray[Any], kinds: str, wanted: str) -> None:
    """Refuses an array of another kind, or one of objects with values that are not numbers."""
    if array.size == 0 or array.dtype.kind in kinds:
        return
    for place, value in np.ndenumerate(array):
        is_bool = isinstance(value, (bool, np.bool_))
        is_number = isinstance(value, (Real, np.number, np.bool_)) and (not is_bool or "b" in kinds)
        if not is_number or array.dtype.kind != "O":
            index = ", ".join(map(str, place))
            raise _wrong(f"{name}[{index}]", f"is {_said(value)}", wanted)


def _said(value: Any) -> str:
    """A value as an error shows it."""
    return repr(value.item() if isinstance(value, np.generic) else value)[:60]


def _wrong(where: str, what: str, wanted: str) -> InputError:
    return InputError(f"{where} {what}; give {wanted}", "array_invalid")
