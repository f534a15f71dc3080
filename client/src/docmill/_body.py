"""What a request carries, as chunks of bytes that can be made again for another try.

The documents of a transform come in many shapes. Objects are encoded; bytes are never decoded: an
array is wrapped in a request object where it stands, and documents one a line (NDJSON) follow a
first line that says what to do with them.
"""

from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeGuard

from ._codec import Codec, encode

Bytes: TypeAlias = bytes | bytearray | memoryview
Chunk: TypeAlias = bytes | memoryview
Document: TypeAlias = Mapping[str, Any]


class BinaryFile(Protocol):
    """A file opened in binary mode, or what reads like one."""

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes, none at the end."""
        ...


Documents: TypeAlias = (
    Iterable[Document | bytes | str] | AsyncIterable[Document | bytes | str] | Bytes | BinaryFile
)
"""Objects, lines of NDJSON, a whole JSON array or NDJSON text as bytes, or a file of either."""

# Also what keeps a large body quick: the HTTP library copies what is left after every send().
CHUNK = 256 * 1024
JSON_TYPE = "application/json"
NDJSON_TYPE = "application/x-ndjson"
_WHITE = b" \t\r\n"
_NO_LIST = (str, bytes, bytearray, memoryview, Mapping)


@dataclass(frozen=True, slots=True)
class Content:
    """A body that is about to be sent.

    Attributes:
        length: its bytes, or None when that is known only at the end.
        blocking: getting the next chunk may wait for a disk.
    """

    content_type: str
    chunks: Iterator[Chunk] | AsyncIterator[Chunk]
    length: int | None = None
    blocking: bool = False


class Body(Protocol):
    """What a request carries."""

    @property
    def repeatable(self) -> bool:
        """Whether `open` would give the same bytes (again)."""
        ...

    @property
    def blocking(self) -> bool:
        """Whether `open` may wait for a disk."""
        ...

    def open(self) -> Content:
        """Begin to send it."""
        ...


class Parts:
    """Bytes at hand, in one or more pieces that are not copied together."""

    repeatable = True
    blocking = False

    def __init__(self, content_type: str, *parts: Bytes) -> None:
        self._content_type = content_type
        self._parts = [memoryview(part).cast("B") for part in parts]

    def open(self) -> Content:
        """Begin to send them."""
        length = sum(len(part) for part in self._parts)
        if length <= CHUNK:
            return Content(self._content_type, iter([b"".join(self._parts)]), length)
        return Content(self._content_type, self._slices(), length)

    def _slices(self) -> Iterator[Chunk]:
        for part in self._parts:
            for start in range(0, len(part), CHUNK):
                yield part[start : start + CHUNK]


class Lines:
    """Documents that come one by one, after a first line that says what to do with them."""

    blocking = False

    def __init__(
        self,
        codec: Codec,
        envelope: bytes,
        documents: Iterable[Document | bytes | str] | AsyncIterable[Document | bytes | str],
    ) -> None:
        self._codec = codec
        self._envelope = envelope
        self._documents = documents
        self._once = isinstance(documents, (Iterator, AsyncIterator))
        self._started = False

    @property
    def repeatable(self) -> bool:
        """True unless documents have been taken from an iterator: they will not come again."""
        return not (self._once and self._started)

    def open(self) -> Content:
        """Begin to send them; the first document is taken when a connection stands."""
        if isinstance(self._documents, AsyncIterable):
            return Content(NDJSON_TYPE, self._async_chunks(self._documents))
        return Content(NDJSON_TYPE, self._chunks(self._documents))

    def _chunks(self, documents: Iterable[Document | bytes | str]) -> Iterator[bytes]:
        self._started = True
        buffer = bytearray(self._envelope + b"\n")
        for document in documents:
            buffer += self._line(document)
            if len(buffer) >= CHUNK:
                yield bytes(buffer)
                buffer.clear()
        if buffer:
            yield bytes(buffer)

    async def _async_chunks(
        self, documents: AsyncIterable[Document | bytes | str]
    ) -> AsyncIterator[bytes]:
        self._started = True
        buffer = bytearray(self._envelope + b"\n")
        async for document in documents:
            buffer += self._line(document)
            if len(buffer) >= CHUNK:
                yield bytes(buffer)
                buffer.clear()
        if buffer:
            yield bytes(buffer)

    def _line(self, document: Document | bytes | str) -> bytes:
        if isinstance(document, str):
            document = document.encode()
        if not isinstance(document, (bytes, bytearray, memoryview)):
            return encode(self._codec, document) + b"\n"
        # No string of JSON holds a line feed as such: one that is there stands between tokens.
        line = bytes(document).strip(_WHITE).replace(b"\r", b" ").replace(b"\n", b" ")
        return line + b"\n" if line else b""


class File:
    """A file of documents, array or lines, told apart by its first byte that is not white."""

    blocking = True

    def __init__(self, envelope: bytes, file: BinaryFile) -> None:
        self._envelope = envelope
        self._file = file
        self._start = _tell(file)
        self._started = False

    @property
    def repeatable(self) -> bool:
        """True as long as the place where the documents begin can be found again."""
        return not self._started or self._start is not None

    def open(self) -> Content:
        """Begin to send it from where it stood at first."""
        if self._started and self._start is not None:
            self._file.seek(self._start)  # type: ignore[attr-defined]
        self._started = True
        first = self._read().lstrip(_WHITE)
        while not first and (more := self._read()):
            first = more.lstrip(_WHITE)
        head, tail, content_type = _around(self._envelope, first)
        return Content(content_type, self._chunks(head + first, tail), blocking=True)

    def _chunks(self, first: bytes, tail: bytes) -> Iterator[bytes]:
        yield first
        while chunk := self._read():
            yield chunk
        if tail:
            yield tail

    def _read(self) -> bytes:
        chunk = self._file.read(CHUNK)
        if not isinstance(chunk, bytes):
            raise TypeError("documents: the file must be open in binary mode")
        return chunk


def json_body(codec: Codec, value: Any) -> Body:
    """Carry one JSON value."""
    return Parts(JSON_TYPE, encode(codec, value))


def documents_body(codec: Codec, request: Mapping[str, Any], documents: Documents | None) -> Body:
    """Carry documents together with what to do with them.

    Raises:
        TypeError: that is no shape in which documents come.
    """
    if documents is None:
        return json_body(codec, request)
    if _is_bytes(documents):
        first = bytes(memoryview(documents)[:4096]).lstrip(_WHITE)
        head, tail, content_type = _around(_sealed(codec, request), first)
        return Parts(content_type, head, documents, tail)
    if _is_file(documents):
        return File(_sealed(codec, request), documents)
    if _is_list(documents):
        return json_body(codec, {**request, "documents": documents})
    if isinstance(documents, (Iterable, AsyncIterable)) and not isinstance(documents, _NO_LIST):
        return Lines(codec, encode(codec, request), documents)
    kind = type(documents).__name__
    raise TypeError(f"documents: a list, bytes, a binary file or an iterator, not a {kind}")


def _is_bytes(documents: Documents) -> TypeGuard[Bytes]:
    return isinstance(documents, (bytes, bytearray, memoryview))


def _is_file(documents: Documents) -> TypeGuard[BinaryFile]:
    return hasattr(documents, "read") and not isinstance(documents, AsyncIterable)


def _is_list(documents: Documents) -> TypeGuard[Sequence[Document]]:
    if not isinstance(documents, Sequence) or isinstance(documents, _NO_LIST):
        return False
    return not any(isinstance(document, (bytes, str)) for document in documents)


def _sealed(codec: Codec, request: Mapping[str, Any]) -> bytes:
    """Write the request with every member that it can have.

    The service refuses a member that comes twice, so bytes that close the array early and go on
    with a "let" of their own end as an error and not as an answer.
    """
    return encode(codec, {"collections": {}, "let": {}, "options": {}, **request})


def _around(envelope: bytes, first: bytes) -> tuple[bytes, bytes, str]:
    """What goes before and after documents that begin like this, and the type of the whole."""
    if first.startswith(b"["):
        return envelope[:-1] + b',"documents":', b"}", JSON_TYPE
    return envelope + b"\n", b"", NDJSON_TYPE


def _tell(file: BinaryFile) -> int | None:
    """Where the file stands, or None when it cannot be brought back there."""
    try:
        return file.tell() if file.seekable() else None  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return None
