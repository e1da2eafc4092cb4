"""Pictures and data sets on a cluster of Ray.

`generate` makes the shards of a planned data set on all machines of a cluster, exactly once, and
continues where an earlier call stopped; `ShardWriter` is its worker, for other pipelines.
`Renderer` draws the rows of any table: key, structure, request. Ray is imported when `generate` is
called. docs/scale-out.md has examples.
"""

from molshot.ray._generate import generate, outstanding
from molshot.ray._renderer import Renderer
from molshot.ray._writer import ShardWriter

__all__ = ["Renderer", "ShardWriter", "generate", "outstanding"]
