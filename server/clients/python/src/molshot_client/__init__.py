"""Images of molecules from a molshot server, for data pipelines."""

from ._client import AsyncClient, Client
from ._types import BatchError, Item, ProblemError, Structure

__all__ = ["AsyncClient", "BatchError", "Client", "Item", "ProblemError", "Structure"]
