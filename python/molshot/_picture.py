"""Pictures: planes as NumPy arrays, encoded files, annotations."""

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from molshot import _molshot

if TYPE_CHECKING:
    from PIL.Image import Image


class Picture:
    """A drawn picture. Its planes are NumPy arrays of (height, width, ...), made without a copy.

    The arrays are the memory of the picture: what is written to them is seen by `png` and `save`.
    Planes other than the colours are there if ``planes=["color", "depth", ...]`` named them.

    Pickling keeps the arrays and, where atom ids were drawn, annotations and masks.
    """

    __slots__ = ("_annotations", "_inner")

    def __init__(self, inner: _molshot.Picture) -> None:
        self._inner = inner
        self._annotations: dict[str, Any] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, self._inner.pickled()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._inner.size

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self._inner.size[0]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self._inner.size[1]

    @property
    def adapter(self) -> str:
        """Name of the adapter that drew it."""
        return self._inner.adapter

    @property
    def planes(self) -> list[str]:
        """Names of the planes that were drawn."""
        return self._inner.planes_drawn

    @property
    def color(self) -> npt.NDArray[np.uint8]:
        """Colours, sRGB, (H, W, 3) uint8; (H, W, 4) with straight alpha if the background is
        transparent. Three channels are a view of `rgba`."""
        rgba = self._inner.color()
        return rgba if self._inner.transparent else rgba[:, :, :3]

    @property
    def rgba(self) -> npt.NDArray[np.uint8]:
        """Colours, sRGB with straight alpha, (H, W, 4) uint8, contiguous."""
        return self._inner.color()

    @property
    def depth(self) -> npt.NDArray[np.float32]:
        """Depth along the view axis in angstrom, (H, W) float32; infinite where nothing is.
        Plane ``depth``."""
        return self._inner.depth()

    @property
    def normal(self) -> npt.NDArray[np.float32]:
        """Unit normals in camera axes (x right, y up, z towards the viewer), (H, W, 3) float32;
        zero where nothing is. Plane ``normal``."""
        return self._inner.normal()

    @property
    def atom_id(self) -> npt.NDArray[np.uint32]:
        """Index of the atom + 1, (H, W) uint32; 0 where nothing is. Plane ``atom-id``."""
        return self._inner.atom_id()

    @property
    def residue_id(self) -> npt.NDArray[np.uint32]:
        """Index of the residue + 1, (H, W) uint32; 0 where nothing is. Plane ``residue-id``."""
        return self._inner.residue_id()

    def mask(self, name: str) -> tuple[npt.NDArray[np.uint8], dict[str, Any]]:
        """Class mask ``element``, ``residue``, ``chain`` or ``role``: (H, W) uint8, and its legend.

        Needs the plane ``atom-id`` or that of the mask.
        """
        mask, legend = self._inner.mask(name)
        return mask, json.loads(legend)

    @property
    def annotations(self) -> dict[str, Any]:
        """Positions and visible fractions of atoms and residues, boxes of labels, the camera: the
        document of ``molshot schema --annotations``. Needs the plane ``atom-id``."""
        if self._annotations is None:
            self._annotations = json.loads(self._inner.annotations())
        return self._annotations

    def png(self) -> bytes:
        """The bytes of a PNG file, those of ``molshot render``."""
        return bytes(self._inner.encode("png"))

    def jpeg(self) -> bytes:
        """The bytes of a JPEG file; its quality is the option ``jpeg_quality``."""
        return bytes(self._inner.encode("jpeg"))

    def webp(self) -> bytes:
        """The bytes of a lossless WebP file."""
        return bytes(self._inner.encode("webp"))

    def save(self, path: str | os.PathLike[str]) -> list[str]:
        """Writes the picture in the format of the file extension, and every other plane beside it
        as ``STEM.PLANE.png`` and ``STEM.PLANE.npy`` (masks: ``.json``). Returns the paths."""
        return [os.fspath(file) for file in self._inner.save(path)]

    def to_pil(self) -> "Image":
        """A picture of Pillow."""
        from PIL import Image

        return Image.fromarray(self.color)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """The colours, for ``np.asarray(picture)``."""
        color = self.color
        if dtype is not None and np.dtype(dtype) != color.dtype:
            if copy is False:
                raise ValueError("another type of values needs a copy")
            return color.astype(dtype)
        return color.copy() if copy else color

    def __dlpack__(self, **options: Any) -> Any:
        """The colours, for ``torch.from_dlpack(picture)``."""
        return self.color.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.color.__dlpack_device__()

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        return f"<molshot.Picture: {self.width} x {self.height}, planes {', '.join(self.planes)}>"


def _unpickled(text: str, arrays: Any) -> Picture:
    return Picture(_molshot.Picture.unpickled(text, arrays))
