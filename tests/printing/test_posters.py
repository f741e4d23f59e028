"""Share cards: finished with a photo and without, read by the camera of whoever scans them."""

import io
from dataclasses import replace

from PIL import Image

from agrimarket.printing import posters
from agrimarket.printing.posters import Poster
from tests.integrations.pictures import halves, written

POSTER = Poster(
    title="东港九九草莓 5 斤装 今早采摘",
    price="¥60.00",
    per_unit="每份 5斤 · 每斤 ¥12.00",
    left="还能放 3 天",
    place="辽宁省丹东市东港市",
    drive="武汉助农",
    scan="扫码看这批货",
    qr="https://example.org/listings/lst_01h455vb4pex5vsknk084sn02q",
)


def drawn(poster: Poster) -> Image.Image:
    image = Image.open(io.BytesIO(posters.png(poster)))
    image.load()
    assert (image.format, image.size) == ("PNG", (1080, 1440))
    return image.convert("RGB")


def test_a_photo_fills_the_upper_part() -> None:
    image = drawn(replace(POSTER, photo=written(halves(size=(400, 300)), "WEBP", lossless=True)))
    assert image.getpixel((100, 200))[0] > 240 > 20 > image.getpixel((100, 200))[2]
    assert image.getpixel((1000, 200))[2] > 240 > 20 > image.getpixel((1000, 200))[0]
    assert image.getpixel((20, 1400)) == (255, 255, 255)


def test_without_a_photo_its_title_stands_large() -> None:
    image = drawn(POSTER)
    field = image.crop((60, 200, 1020, 700)).convert("L")
    assert field.getextrema()[1] > 240  # white letters
    assert field.getextrema()[0] < 120  # on green


def test_texts_of_any_length_stay_on_the_card() -> None:
    long = "东港市椅圈镇超长名称特大果礼盒装 Unbreakable" * 9
    image = drawn(Poster(long, long, long, long, long, long, long, POSTER.qr))
    edge = image.crop((0, 860, 55, 1440)).convert("L")
    assert edge.getextrema() == (255, 255)
    right = image.crop((1026, 860, 1080, 1440)).convert("L")
    assert right.getextrema() == (255, 255)


def test_the_same_card_has_the_same_bytes() -> None:
    assert posters.png(POSTER) == posters.png(POSTER)
