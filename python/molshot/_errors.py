"""The exceptions of the package."""


class MolshotError(Exception):
    """Base of all exceptions of this package.

    Attributes
    ----------
    detail : str
        What is wrong, and what would be right.
    code : str
        Stable, machine-readable name of the error, such as ``value_invalid``.
    pointer : str or None
        JSON pointer (RFC 6901) into the request, if a value of it is wrong: ``/output/width_px``.
    transient : bool
        Whether the same call may succeed later or on another machine: the disk is full, the
        storage or a server does not answer, memory is exhausted, a graphics device was lost.
    """

    def __init__(
        self,
        detail: str,
        code: str = "error",
        pointer: str | None = None,
        transient: bool = False,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.pointer = pointer
        self.transient = transient

    def __reduce__(self) -> tuple[type["MolshotError"], tuple[str, str, str | None, bool]]:
        return type(self), (self.detail, self.code, self.pointer, self.transient)


class InputError(MolshotError, ValueError):
    """A file or an array is not a structure."""


class RequestError(MolshotError, ValueError):
    """An option, command or selection is wrong, or does not fit the structure."""


class RenderError(MolshotError, RuntimeError):
    """Drawing, encoding or writing failed."""


class DatasetError(MolshotError, RuntimeError):
    """A step of a data set failed."""
