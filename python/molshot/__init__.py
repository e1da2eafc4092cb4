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
options of the command line, with `_` for `-` (`render_options()` lists them). `Client` draws on a
server, with the same functions.
"""

from typing import TYPE_CHECKING, Any

from molshot import dataset
from molshot._contacts import Contact, ContactSide, contacts
from molshot._errors import DatasetError, InputError, MolshotError, RenderError, RequestError
from molshot._molshot import VERSION as __version__
from molshot._picture import Picture
from molshot._render import Renderer, render, render_many, render_options
from molshot._structure import HydrogenBond, Structure, hydrogen_bonds, read
from molshot._trajectory import Trajectory, read_trajectory

if TYPE_CHECKING:
    from molshot._http_async import AsyncClient as AsyncClient
    from molshot._http_client import Client as Client
    from molshot._http_picture import RemotePicture as RemotePicture
    from molshot._http_types import BatchError as BatchError
    from molshot._http_types import ProblemError as ProblemError
    from molshot._http_types import TransportError as TransportError

# Without the HTTP client, which needs httpx: `import *` works without it.
__all__ = [
    "Contact",
    "ContactSide",
    "DatasetError",
    "HydrogenBond",
    "InputError",
    "MolshotError",
    "Picture",
    "RenderError",
    "Renderer",
    "RequestError",
    "Structure",
    "Trajectory",
    "__version__",
    "contacts",
    "dataset",
    "hydrogen_bonds",
    "read",
    "read_trajectory",
    "render",
    "render_many",
    "render_options",
]

#: Names of the HTTP client, and the modules that they are in.
_OF_THE_CLIENT = {
    "AsyncClient": "_http_async",
    "BatchError": "_http_types",
    "Client": "_http_client",
    "ProblemError": "_http_types",
    "RemotePicture": "_http_picture",
    "TransportError": "_http_types",
}


def __getattr__(name: str) -> Any:
    """Imports the HTTP client when it is first used, because it needs httpx."""
    if name not in _OF_THE_CLIENT:
        raise AttributeError(f"module 'molshot' has no attribute '{name}'")
    import importlib

    try:
        module = importlib.import_module(f"molshot.{_OF_THE_CLIENT[name]}")
    except ModuleNotFoundError as error:
        if error.name != "httpx":
            raise
        raise ImportError(f"molshot.{name} needs httpx; pip install httpx, or 'molshot[client]'") from error
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    import importlib.util

    # Tools that look at every name must find it.
    client = _OF_THE_CLIENT if importlib.util.find_spec("httpx") else {}
    return sorted({*globals(), *client})
