"""Photos: only pictures are accepted, and nothing but their pixels is kept."""

import io
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from agrimarket.integrations.photos import MAX_SIDE, PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable, take_in
from tests.integrations.damage import COUNT, damaged
from tests.integrations.pictures import halves, shown, written
from tests.integrations.pictures import picture as _picture

DAMAGED = Path(__file__).parent / "damaged"


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
    with pytest.raises(PhotoTooManyPixels) as refused:
        take_in(_picture("PNG", (side, side), "1"))
    assert refused.value.values == {"megapixels": 60}


def test_too_many_bytes() -> None:
    with pytest.raises(PhotoTooLarge) as refused:
        take_in(bytes(12_000_001))
    assert (refused.value.code, refused.value.values) == ("photo.too_large", {"megabytes": 12})


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 600))
def test_damaged_pictures_are_refused_or_read_and_never_break(noise: bytes, at: int) -> None:
    whole = _picture("PNG", (32, 32))
    try:
        take_in(whole[:at] + noise + whole[at + len(noise) :])
    except (PhotoUnreadable, PhotoTooLarge):
        return


def test_a_large_phones_photo_is_taken_and_made_small() -> None:
    """50.3 megapixels; the sides are those of phones sold today."""
    photo = take_in(_picture(size=(8_192, 6_144), quality=50))
    assert (photo.width, photo.height) == (2_048, 1_536)


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_sixteen_bits_of_grey_become_eight(mode: str) -> None:
    """A gradient from black to white stays one, where it was cut off at white."""
    row = array("H", (round(65_535 * at / 255) for at in range(256)))
    image = Image.frombytes("I;16", (256, 32), (row * 32).tobytes())
    if mode == "I;16B":
        image = image.convert("I").convert("I;16B")
    seen = shown(take_in(written(image, "PNG")).content).convert("L")
    assert [seen.getpixel((at, 16)) for at in (0, 64, 128, 192, 255)] == pytest.approx([0, 64, 128, 192, 255], abs=6)


def test_sixteen_bits_of_colour_become_eight() -> None:
    seen = shown(take_in((DAMAGED.parent / "colour16.png").read_bytes()).content)
    assert seen.getpixel((8, 8)) == pytest.approx((255, 128, 0), abs=8)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    """What the camera wrote down turned is seen upright: red on the left, blue on the right."""
    as_written = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image, exif = halves(), Image.Exif()
    exif[0x0112] = orientation
    turned = image if as_written is None else image.transpose(as_written)
    seen = shown(take_in(written(turned, kind, exif=exif)).content).convert("RGB")
    assert seen.size == (64, 48)
    assert seen.getpixel((12, 24)) == pytest.approx((255, 0, 0), abs=12)
    assert seen.getpixel((52, 24)) == pytest.approx((0, 0, 255), abs=12)


@pytest.mark.parametrize(
    "content",
    [
        written(halves(), "HEIF"),
        written(halves(), "AVIF"),
        written(halves("CMYK"), "JPEG"),
        written(halves().quantize(4), "PNG"),
        written(halves(), "JPEG", progressive=True),
        written(halves(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48), "green")]),
        written(halves("RGBA"), "PNG"),
        written(halves("RGB"), "PNG", transparency=(1, 2, 3)),
    ],
    ids=["HEIC", "AVIF", "CMYK", "palette", "progressive", "first frame", "alpha", "one colour see-through"],
)
def test_its_colours_are_kept(content: bytes) -> None:
    seen = shown(take_in(content).content).convert("RGB")
    assert seen.getpixel((12, 24)) == pytest.approx((255, 0, 0), abs=12)
    assert seen.getpixel((52, 24)) == pytest.approx((0, 0, 255), abs=12)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "LA"), ("PNG", "L"), ("PNG", "1"), ("JPEG", "L"), ("PNG", "PA")])
def test_grey_and_see_through_ones_are_read(kind: str, mode: str) -> None:
    palette = written(halves().quantize(4), "PNG", transparency=0)
    content = palette if mode == "PA" else _picture(kind, mode=mode)
    assert shown(take_in(content).content).mode == ("RGBA" if "A" in mode else "RGB")


@pytest.mark.parametrize("name", ["photo-1", "photo-2", "photo-3"])
def test_a_cameras_odd_notes_are_no_reason_to_refuse_its_photo(name: str) -> None:
    """EXIF in which Pillow raised a TypeError."""
    photo = take_in((DAMAGED / f"{name}.bin").read_bytes())
    assert sorted((photo.width, photo.height)) == [48, 64]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_many_damaged_photos_are_read_or_refused(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif.get_ifd(0x8825)[1] = 6, "at home", "N"
    for content in damaged(written(halves(size=(160, 120)), kind, exif=exif), COUNT // 5 + 1):
        try:
            take_in(content)
        except (PhotoUnreadable, PhotoTooLarge):
            continue
