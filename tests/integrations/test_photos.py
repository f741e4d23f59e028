"""Photos: only pictures are accepted, and nothing but their pixels is kept."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from agrimarket.integrations.photos import MAX_SIDE, PhotoTooLarge, PhotoUnreadable, take_in


def _picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_every_kind_becomes_plain_webp(kind: str, mode: str) -> None:
    photo = take_in(_picture(kind, mode=mode))
    with Image.open(io.BytesIO(photo.content)) as image:
        assert (image.format, image.size) == ("WEBP", (photo.width, photo.height)) == ("WEBP", (640, 480))
        assert image.mode == ("RGBA" if mode == "RGBA" else "RGB")


def test_it_is_turned_upright_and_loses_what_the_camera_wrote() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "at home"  # a quarter turn
    exif.get_ifd(0x8825)[1] = "N"
    photo = take_in(_picture(exif=exif))
    assert (photo.width, photo.height) == (480, 640)
    assert b"at home" not in photo.content
    assert not Image.open(io.BytesIO(photo.content)).getexif()


def test_what_is_appended_does_not_come_along() -> None:
    assert b"<script>" not in take_in(_picture() + b"<script>alert(1)</script>").content


def test_a_large_one_is_made_small() -> None:
    photo = take_in(_picture(size=(4_000, 3_000)))
    assert (photo.width, photo.height) == (MAX_SIDE, MAX_SIDE * 3 // 4)


@pytest.mark.parametrize(
    "content",
    [b"", b"no", b"GIF89a" + bytes(50), _picture("GIF"), _picture("TIFF"), _picture()[:200], b"%PDF-1.7", b"<svg/>"],
    ids=["empty", "text", "gif header", "gif", "tiff", "cut off", "pdf", "svg"],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        take_in(content)


@pytest.mark.parametrize("side", [8_000, 20_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(PhotoTooLarge):
        take_in(_picture("PNG", (side, side), "1"))


def test_too_many_bytes() -> None:
    with pytest.raises(PhotoTooLarge):
        take_in(_picture(), max_bytes=100)


@given(st.binary(max_size=300), st.integers(0, 600))
def test_damaged_pictures_are_refused_or_read_and_never_break(noise: bytes, at: int) -> None:
    whole = _picture("PNG", (32, 32))
    try:
        take_in(whole[:at] + noise + whole[at + len(noise) :])
    except (PhotoUnreadable, PhotoTooLarge):
        return
