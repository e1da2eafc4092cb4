"""Images of molecules from a molshot server, for data pipelines: the client by itself.

The package ``molshot`` has the same: ``molshot.Client``.
"""

from ._errors import MolshotError
from ._http_async import AsyncClient
from ._http_client import Client
from ._http_picture import RemotePicture
from ._http_types import BatchError, Item, ProblemError, Structure, TransportError

__all__ = [
    "AsyncClient",
    "BatchError",
    "Client",
    "Item",
    "MolshotError",
    "ProblemError",
    "RemotePicture",
    "Structure",
    "TransportError",
]
