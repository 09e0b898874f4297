import pytest

from elenchus.core.errors import NotFound
from elenchus.core.storage import BLOCK_BYTES, LocalStorage


@pytest.fixture
def storage(tmp_path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


def incoming(storage: LocalStorage, data: bytes):
    path = storage.temporary_dir() / "upload"
    path.write_bytes(data)
    return path


async def read(storage: LocalStorage, key: str, **span) -> bytes:
    return b"".join([block async for block in storage.read(key, **span)])


async def test_takes_a_file_over_whole(storage):
    source = incoming(storage, b"x" * (BLOCK_BYTES + 7))
    await storage.put_file("documents/ab/cd", source)
    assert not source.exists()
    assert len(await read(storage, "documents/ab/cd")) == BLOCK_BYTES + 7


async def test_reads_a_span(storage):
    await storage.put_file("documents/a", incoming(storage, bytes(range(100))))
    assert await read(storage, "documents/a", start=10, end=20) == bytes(range(10, 20))
    assert await read(storage, "documents/a", start=95) == bytes(range(95, 100))
    assert await read(storage, "documents/a", start=95, end=1000) == bytes(range(95, 100))


async def test_putting_again_replaces(storage):
    await storage.put_file("documents/a", incoming(storage, b"one"))
    await storage.put_file("documents/a", incoming(storage, b"two"))
    assert await read(storage, "documents/a") == b"two"


async def test_deleting_twice_is_fine_and_a_missing_file_says_so(storage):
    await storage.put_file("documents/a", incoming(storage, b"one"))
    await storage.delete("documents/a")
    await storage.delete("documents/a")
    with pytest.raises(NotFound):
        await storage.local_path("documents/a")


@pytest.mark.parametrize(
    "key", ["../etc/passwd", "documents/../../x", "/etc/passwd", "documents", "a/b\0", "A/b", "a//b", ""]
)
async def test_only_our_own_keys_are_keys(storage, key):
    with pytest.raises(ValueError, match="storage key"):
        await storage.delete(key)
