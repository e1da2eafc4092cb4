"""A picture that a server drew."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _arguments
from ._errors import MolshotError
from ._http_types import IMAGE_SUFFIXES, Json

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image


MASKS = ("element", "residue", "chain", "role")
"""Names of class masks."""


def _opened(content: bytes) -> Image:
    """A file as a picture of Pillow."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("reading the server's pictures as arrays needs Pillow; pip install pillow") from error
    return Image.open(io.BytesIO(content))


class RemotePicture:
    """A picture that a server drew: its files, and with NumPy and Pillow its arrays.

    Has what `molshot.Picture` has: the same names, shapes and units. Pickling keeps what came from
    the server.
    """

    def __init__(
        self,
        files: dict[str, bytes],
        planes: list[str],
        annotate: Callable[[], dict[str, Json]] | None = None,
        mask_files: Callable[[str], dict[str, bytes]] | None = None,
    ) -> None:
        #: The files by suffix: ``png``, ``depth.npy``, ``mask-role.json``.
        self.files = files
        #: Names of the planes that were drawn.
        self.planes = planes
        self._annotate = annotate
        self._mask_files = mask_files
        #: Files of class masks that were asked for later.
        self._masks: dict[str, bytes] = {}
        self._annotations: dict[str, Json] | None = json.loads(files["json"]) if "json" in files else None
        self._arrays: dict[str, Any] = {}

    def __getstate__(self) -> dict[str, Any]:
        # The client stays in its process.
        return {**self.__dict__, "_annotate": None, "_mask_files": None, "_arrays": {}}

    @property
    def format(self) -> str:
        """Suffix of the encoded colours: ``png``, ``jpg``, ``webp``, ``tiff``, ``bmp`` or ``qoi``."""
        found = next((suffix for suffix in IMAGE_SUFFIXES if suffix in self.files), None)
        if found is None:
            raise MolshotError("the picture has no colours; add \"color\" to planes", "plane_missing", "/output/planes")
        return found

    @property
    def image(self) -> bytes:
        """The encoded colours, as the server sent them."""
        return self.files[self.format]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        if any(suffix in self.files for suffix in IMAGE_SUFFIXES):
            width, height = self._pillow().size
            return int(width), int(height)
        shape = self._array(self.planes[0]).shape
        return int(shape[1]), int(shape[0])

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.size[1]

    def _encoded(self, suffix: str, name: str) -> bytes:
        if self.format != suffix:
            raise MolshotError(
                f'the server sent {self.format}; ask for format="{name}" to have {name}', "format_missing", "/output/format"
            )
        return self.image

    def png(self) -> bytes:
        """The bytes of the PNG file; the picture must have been asked for as PNG."""
        return self._encoded("png", "png")

    def jpeg(self) -> bytes:
        """The bytes of the JPEG file, if it was asked for with ``format="jpeg"``."""
        return self._encoded("jpg", "jpeg")

    def webp(self) -> bytes:
        """The bytes of the WebP file, if it was asked for with ``format="webp"``."""
        return self._encoded("webp", "webp")

    def save(self, path: str | os.PathLike[str]) -> list[str]:
        """Writes the picture, and every other plane beside it as ``STEM.PLANE.png`` and
        ``STEM.PLANE.npy`` (masks: ``.json``). Returns the paths."""
        path = Path(path)
        given = path.suffix.lower().removeprefix(".")
        given = {"jpeg": "jpg", "tif": "tiff"}.get(given, given)
        colors = next((suffix for suffix in IMAGE_SUFFIXES if suffix in self.files), None)
        if colors is not None:
            self._encoded(given, {"jpg": "jpeg"}.get(given, given))
        written = []
        for suffix, content in self.files.items():
            file = path if suffix == colors else path.with_name(f"{path.stem}.{suffix}")
            if suffix != "json":
                file.write_bytes(content)
                written.append(os.fspath(file))
        return written

    def _pillow(self) -> Image:
        return _opened(self.image)

    def to_pil(self) -> Image:
        """A picture of Pillow."""
        image = self._pillow()
        image.load()
        return image

    @property
    def color(self) -> npt.NDArray[np.uint8]:
        """Colours, sRGB, (H, W, 3) uint8; (H, W, 4) with straight alpha if the background is
        transparent. Needs NumPy and Pillow."""
        import numpy as np

        if "color" not in self._arrays:
            image = self._pillow()
            mode = "RGBA" if "A" in image.getbands() else "RGB"
            self._arrays["color"] = np.array(image.convert(mode))
        color: npt.NDArray[np.uint8] = self._arrays["color"]
        return color

    @property
    def rgba(self) -> npt.NDArray[np.uint8]:
        """Colours, sRGB with straight alpha, (H, W, 4) uint8. Needs NumPy and Pillow."""
        import numpy as np

        rgba: npt.NDArray[np.uint8] = np.array(self._pillow().convert("RGBA"))
        return rgba

    def _array(self, plane: str) -> Any:
        import numpy as np

        if plane not in self._arrays:
            content = self.files.get(f"{plane}.npy")
            if content is None:
                raise MolshotError(
                    f'the picture has no plane {plane}; add "{plane}" to planes', "plane_missing", "/output/planes"
                )
            self._arrays[plane] = np.load(io.BytesIO(content), allow_pickle=False)
        return self._arrays[plane]

    @property
    def depth(self) -> npt.NDArray[np.float32]:
        """Depth along the view axis in angstrom, (H, W) float32; infinite where nothing is."""
        depth: npt.NDArray[np.float32] = self._array("depth")
        return depth

    @property
    def normal(self) -> npt.NDArray[np.float32]:
        """Unit normals in camera axes, (H, W, 3) float32; zero where nothing is."""
        normal: npt.NDArray[np.float32] = self._array("normal")
        return normal

    @property
    def atom_id(self) -> npt.NDArray[np.uint32]:
        """Index of the atom + 1, (H, W) uint32; 0 where nothing is."""
        ids: npt.NDArray[np.uint32] = self._array("atom-id")
        return ids

    @property
    def residue_id(self) -> npt.NDArray[np.uint32]:
        """Index of the residue + 1, (H, W) uint32; 0 where nothing is."""
        ids: npt.NDArray[np.uint32] = self._array("residue-id")
        return ids

    def mask(self, name: str) -> tuple[npt.NDArray[np.uint8], dict[str, Json]]:
        """Class mask ``element``, ``residue``, ``chain`` or ``role``: (H, W) uint8, and its legend.

        Needs the plane ``mask-NAME``, or ``atom-id``: then a picture of `Client` asks the server
        for the mask when it is first used. Needs NumPy and Pillow.
        """
        import numpy as np

        if name not in MASKS:
            raise _arguments.wrong("name", name, f"one of {', '.join(MASKS)}")
        plane = f"mask-{name}"
        if f"{plane}.png" not in self.files and f"{plane}.png" not in self._masks:
            if self._mask_files is None or "atom-id" not in self.planes:
                raise MolshotError(
                    f'the picture has no plane {plane}; add "{plane}" to planes', "plane_missing", "/output/planes"
                )
            self._masks.update(self._mask_files(plane))
        files = {**self._masks, **self.files}
        mask = np.array(_opened(files[f"{plane}.png"]))
        legend: dict[str, Json] = json.loads(files[f"{plane}.json"])
        return mask, legend

    @property
    def annotations(self) -> dict[str, Json]:
        """Positions and visible fractions of atoms and residues, boxes of labels, the camera.

        Asked of the server when they are first used, unless they came with the picture.
        """
        if self._annotations is None:
            if self._annotate is None:
                raise MolshotError("the picture came without annotations; ask with annotations=True", "annotations_missing")
            self._annotations = self._annotate()
        return self._annotations

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """The colours, for ``np.asarray(picture)``."""
        color = self.color
        if dtype is not None and dtype != color.dtype:
            if copy is False:
                raise ValueError("another type of values needs a copy")
            return color.astype(dtype)
        return color.copy() if copy else color

    def __dlpack__(self, **options: Any) -> Any:
        """The colours, for ``torch.from_dlpack(picture)``."""
        return self.color.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.color.__dlpack_device__()

    def _repr_png_(self) -> bytes | None:
        return self.files.get("png")

    def __repr__(self) -> str:
        return f"<RemotePicture: {', '.join(self.files)}>"
