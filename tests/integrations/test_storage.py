"""Storage keeps its contract, fake and folder alike."""

from pathlib import Path

import pytest

from agrimarket.integrations.storage import FakeStorage, FileMissing, FolderStorage, Storage


@pytest.fixture(params=["fake", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return FakeStorage() if request.param == "fake" else FolderStorage(tmp_path / "files")


def test_what_was_put_is_there_until_it_is_deleted(store: Storage) -> None:
    for content in (b"one", b"", b"two"):
        store.put("claims/01h455vb/photo.webp", content)
        assert store.get("claims/01h455vb/photo.webp") == content
    for _ in range(2):
        store.delete("claims/01h455vb/photo.webp")
    with pytest.raises(FileMissing):
        store.get("claims/01h455vb/photo.webp")


@pytest.mark.parametrize(
    "key", ["", "../x", "a/../b", "/etc/passwd", "a//b", "A", "a\0", ".a", "a/", "a.b.c", "a" * 201, "图"]
)
def test_what_is_no_key_is_refused(store: Storage, key: str) -> None:
    for act in (lambda: store.put(key, b""), lambda: store.get(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="not a storage key"):
            act()


def test_a_folder_keeps_nothing_half_written(tmp_path: Path) -> None:
    FolderStorage(tmp_path).put("a/b.bin", b"x" * 100_000)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.bin"]
