"""Pictures of molecules as NumPy arrays and files: headless, fast, and the same bytes every time.

>>> import molshot
>>> structure = molshot.read("1ubi.pdb")                       # doctest: +SKIP
>>> picture = molshot.render(structure, "view left; roll y 15", size=(512, 512))  # doctest: +SKIP
>>> picture.color.shape                                        # doctest: +SKIP
(512, 512, 3)
>>> picture.save("1ubi.png")                                   # doctest: +SKIP

`read` and `Structure.from_arrays` make structures, also of objects of RDKit, Biotite, gemmi, ASE
and MDAnalysis; `render` and `Renderer` draw them; a `Picture` has planes as arrays and writes
files. `molshot.dataset` makes sets of questions about pictures, `molshot.ray` makes them on a
cluster, and `molshot.torch` draws while a model trains. Keywords of render functions are the
options of the command line, with `_` for `-` (`render_options()` lists them).
"""

from molshot import dataset
from molshot._errors import DatasetError, InputError, MolshotError, RenderError, RequestError
from molshot._molshot import VERSION as __version__
from molshot._picture import Picture
from molshot._render import Renderer, render, render_many, render_options
from molshot._structure import HydrogenBond, Structure, hydrogen_bonds, read

__all__ = [
    "DatasetError",
    "HydrogenBond",
    "InputError",
    "MolshotError",
    "Picture",
    "RenderError",
    "Renderer",
    "RequestError",
    "Structure",
    "__version__",
    "dataset",
    "hydrogen_bonds",
    "read",
    "render",
    "render_many",
    "render_options",
]
