"""Reads a tar stream as its bytes arrive. The standard library's reader needs a blocking file."""

from __future__ import annotations

from collections.abc import Iterator

from ._http_types import BatchError, Item

BLOCK = 512


class TarReader:
    """Splits a stream of bytes into files: plain ustar files, as the server writes them."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._name: str | None = None
        self._size = 0
        self.ended = False

    @property
    def begun(self) -> str | None:
        """Name of the file whose content is incomplete."""
        return self._name

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Yields the files that are complete after these bytes."""
        self._bytes += data
        while not self.ended:
            if self._name is None:
                if len(self._bytes) < BLOCK:
                    return
                header = bytes(self._bytes[:BLOCK])
                del self._bytes[:BLOCK]
                if not any(header):
                    self.ended = True
                    return
                if header[257:262] != b"ustar":
                    raise BatchError("the answer is not a tar archive")
                self._name = header[:100].rstrip(b"\0").decode()
                self._size = int(header[124:135], 8)
            padded = -(-self._size // BLOCK) * BLOCK
            if len(self._bytes) < padded:
                return
            content = bytes(self._bytes[: self._size])
            del self._bytes[:padded]
            name, self._name = self._name, None
            yield name, content


class ItemReader:
    """Splits a stream of bytes into items. The files of one item are adjacent."""

    def __init__(self) -> None:
        self._tar = TarReader()
        self._item: Item | None = None

    def feed(self, data: bytes) -> Iterator[Item]:
        """Yields the items that are complete after these bytes."""
        for name, content in self._tar.feed(data):
            key, _, suffix = name.partition(".")
            if self._item is not None and self._item.key != key:
                yield self._item
                self._item = None
            if self._item is None:
                self._item = Item(key)
            self._item.files[suffix] = content
        # The header of the next item's first file shows that this item is complete, before the
        # content of that file arrives.
        begun = self._tar.begun
        if self._item is not None and (
            self._tar.ended or (begun is not None and begun.partition(".")[0] != self._item.key)
        ):
            item, self._item = self._item, None
            yield item

    @property
    def ended(self) -> bool:
        """Whether the end of the archive has arrived."""
        return self._tar.ended
