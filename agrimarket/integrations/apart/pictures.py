"""Pictures, decoded small and written anew as WebP. Runs apart."""

import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import pillow_heif
from PIL import Image, ImageCms

from agrimarket.integrations.apart.wire import Reason, Refused

FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
MAX_PIXELS: Final = 60_000_000
"""Pixels of a picture at most: it is unpacked as a whole, to four bytes each."""
MAX_JPEG_PIXELS: Final = 110_000_000
"""Pixels of a JPEG at most: it is scaled while it is decoded."""
QUALITY: Final = 82

_SIXTEEN_BITS: Final = ("I;16", "I;16L", "I;16B", "I;16N", "I")
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture of each EXIF orientation is turned upright."""
_ORIENTATION: Final = 0x0112
_SRGB: Final[Any] = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownVariableType]

Image.MAX_IMAGE_PIXELS = None  # our own limits are looked at
pillow_heif.register_heif_opener()


def small(content: bytes, side: int) -> tuple[dict[str, Any], bytes]:
    """The picture as WebP, upright, no side above `side`; its `width` and `height`.

    Its pixels are counted in its header, before anything is decoded. Nothing but them is kept.
    """
    shown = _upright(content, side)
    return {"width": shown.width, "height": shown.height}, webp(shown)


def sizes(content: bytes, sides: Sequence[int]) -> tuple[dict[str, Any], bytes]:
    """The picture as `small` gives it, decoded once, for each of the ascending `sides`; never larger than it is.

    `sizes` has the width, height and number of bytes of each; the pictures follow each other.
    """
    shown = _upright(content, sides[-1])
    facts: list[tuple[int, int, int]] = []
    made = b""
    for side in sides:
        smaller = shown.copy()
        smaller.thumbnail((side, side), reducing_gap=3.0)
        encoded = webp(smaller)
        facts.append((smaller.width, smaller.height, len(encoded)))
        made += encoded
    return {"sizes": facts}, made


def _upright(content: bytes, side: int) -> Image.Image:
    """The picture as RGB or RGBA, upright, no side above `side`, without metadata."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        most = MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else MAX_PIXELS
        if image.width * image.height > most:
            raise Refused(Reason.PIXELS, most // 1_000_000)
        image.draft(None, (side, side))
        image.load()
        shown = _eight_bits(_scaled(image, side))
        turn = _UPRIGHT.get(_orientation(image))
        if turn is not None:
            shown = shown.transpose(turn)
    shown.info.clear()
    return shown


def webp(image: Image.Image) -> bytes:
    """An RGB or RGBA picture as WebP."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()


def _scaled(image: Image.Image, side: int) -> Image.Image:
    """The picture with no side above `side`. Palettes and see-through colours cannot be mixed, so they go first."""
    if image.mode in ("P", "PA") or ("transparency" in image.info and image.mode in ("1", "L", "RGB")):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode == "1":
        image = image.convert("L")
    image.thumbnail((side, side))
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA, in the colours of screens."""
    if image.mode in _SIXTEEN_BITS:
        return image.convert("I").point(lambda grey: grey * (1 / 257) + 0.5).convert("L").convert("RGB")
    if image.mode in ("RGB", "CMYK") and (profile := image.info.get("icc_profile")):
        with suppress(Exception):  # a profile that cannot be used is left out, as where there is none
            given, screen = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.ImageCmsProfile(_SRGB)
            if turned := ImageCms.profileToProfile(image, given, screen, outputMode="RGB"):
                return turned
    return plain(image)


def plain(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA."""
    return image.convert("RGBA" if "A" in image.getbands() else "RGB")


def _orientation(image: Image.Image) -> int:
    """EXIF's orientation; 1 (upright) where it cannot be read, since a camera's notes are no reason to refuse."""
    with suppress(Exception):  # a damaged EXIF block fails in many ways
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1
