"""Labels, slips and price labels: read back by other programs, the same every time, and nothing out of its place."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from agrimarket.printing import font, labels, prices, slips
from agrimarket.printing.labels import Label, LabelWords
from agrimarket.printing.prices import PriceLabel
from agrimarket.printing.sheets import Paper
from agrimarket.printing.slips import Slip, SlipLine, SlipWords

WORDS = LabelWords("zh-Hant", "標籤", "訂單", "收件人", "寄件人", "貨品", "自提點", "請在此前食用", "備註")
LABEL = Label(
    number="SO-8C99-93JT4R",
    box="第 1 箱，共 3 箱",
    recipient="王小明",
    telephone="138 0013 8000",
    address=("湖北省武漢市武昌區中南路街道", "百瑞景中央生活區 3 棟 1801"),
    goods=(("東港九九草莓", "5 斤"), ("丹東鮮食玉米", "10 斤")),
    sender=("東港市草莓合作社", "139 0000 0000"),
    drive="武漢助農",
    perish_by="12 月 6 日",
    pick_up="社區東門",
    cold="冷鏈 2–8 ℃",
    note="輕放",
    qr="https://example.org/orders/sor_01h455vb4pex5vsknk084sn02q",
)
SLIP_WORDS = SlipWords(
    "zh-Hans", "装箱单", "订单", "下单", "寄件人", "收件人", "货品", "订购", "实装", "单价", "金额", "备注："
)
SLIP = Slip(
    number="SO-8C99-93JT4R",
    placed="2022年12月3日",
    sender=("东港市草莓合作社", "139 0000 0000"),
    recipient=("王小明", "湖北省武汉市武昌区"),
    lines=(SlipLine("东港九九草莓", "5 斤", "4.8 斤", "¥10.00 / 斤", "¥48.00"),),
    sums=(("退还（少装 0.2 斤）", "−¥2.00"), ("合计", "¥48.00")),
    drive="武汉助农",
    until="请在 12 月 8 日 18:00 前提出问题。",
    notes=("少放",),
    qr="https://example.org/x",
)
PRICE = PriceLabel(
    language="en",
    heading="Price label",
    name="Strawberries",
    price="CN¥60.00",
    unit="a pack of 2.5 kg",
    per_unit="CN¥24.00 per kg",
    facts=[("Origin", "Donggang, Dandong, Liaoning"), ("Added", "Delivery from CN¥8.00")],
    contact="Call 027 1234 5678",
    drive="Wuhan drive",
    scan="Scan to see it",
    qr="https://example.org/x",
)
LONG = "東港市椅圈鎮超長名稱特大果禮盒裝 Unbreakable" * 12


def text_of(content: bytes) -> str:
    """What another program reads in the file."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def pages(content: bytes, scale: float = 1.0) -> Iterator[Any]:
    """Each page of the file, as another program draws it."""
    for page in pypdfium2.PdfDocument(content):
        yield page.render(scale=scale, grayscale=True).to_pil()


def test_a_label_reads_back_and_fits_a_label_printer() -> None:
    content = labels.pdf([LABEL, replace(LABEL, box="第 2 箱，共 3 箱")], WORDS)
    reader = PdfReader(io.BytesIO(content))
    assert [
        (round(float(p.mediabox.width) / 72 * 25.4), round(float(p.mediabox.height) / 72 * 25.4)) for p in reader.pages
    ] == [(105, 148)] * 2
    for told in (
        *LABEL.address,
        LABEL.number,
        LABEL.recipient,
        LABEL.telephone,
        "東港九九草莓",
        "5 斤",
        LABEL.cold,
        LABEL.pick_up,
    ):
        assert told in text_of(content)
    assert "第 2 箱，共 3 箱" in reader.pages[1].extract_text()
    assert (reader.metadata or {})["/Title"] == "標籤"
    assert len(content) < 60_000


def test_four_labels_stand_on_a_sheet_each_in_its_quarter() -> None:
    content = labels.pdf([LABEL] * 5, WORDS, Paper.A4)
    first, second = pages(content)
    for box, image in (((0, 0), first), ((1, 0), first), ((0, 1), first), ((1, 1), first), ((0, 0), second)):
        assert _ink(image, *box), box
    assert not _ink(second, 1, 1)


def _ink(image: Any, right: int, low: int) -> bool:
    """Whether there is anything inside a quarter of the page, away from the lines to cut along."""
    wide, high = image.width // 2, image.height // 2
    inside = image.crop((right * wide + 9, low * high + 9, right * wide + wide - 9, low * high + high - 9))
    return inside.getextrema()[0] < 100


def test_the_same_words_give_the_same_bytes() -> None:
    assert labels.pdf([LABEL], WORDS) == labels.pdf([LABEL], WORDS)
    assert slips.pdf([SLIP], SLIP_WORDS) == slips.pdf([SLIP], SLIP_WORDS)
    assert prices.pdf(PRICE) == prices.pdf(PRICE)


def test_nothing_is_nothing() -> None:
    with pytest.raises(ValueError, match="no label"):
        labels.pdf([], WORDS)
    with pytest.raises(ValueError, match="no slip"):
        slips.pdf([], SLIP_WORDS)


@pytest.mark.parametrize("paper", list(Paper))
def test_texts_that_are_too_long_stay_on_their_label(paper: Paper) -> None:
    full = Label(
        LONG, LONG, LONG, LONG, [LONG] * 9, [(LONG, LONG)] * 60, [LONG] * 9, LONG, LONG, LONG, LONG, LONG, LABEL.qr
    )
    content = labels.pdf([full], WORDS, paper)
    (image,) = pages(content, 1.5)
    edge = 12 if paper is Paper.A6 else 4
    if paper is Paper.A4:
        image = image.crop((0, 0, image.width // 2 - edge, image.height // 2 - edge))
    else:
        image = image.crop((edge, edge, image.width - edge, image.height - edge))
    inside = pypdfium2.PdfDocument(content)[0].get_textpage()
    wide, high = (105 / 25.4 * 72, 148 / 25.4 * 72)
    top = pypdfium2.PdfDocument(content)[0].get_height()
    for number in range(inside.count_rects()):
        left, bottom, right, upper = inside.get_rect(number)
        assert 0 < left < right < wide, (left, right)
        assert top - high < bottom < upper < top, (bottom, upper)
    assert "… + " in text_of(content)
    assert image.getextrema() == (0, 255)


@pytest.mark.parametrize("paper", list(Paper))
def test_a_slip_reads_back_with_ordered_packed_and_what_comes_back(paper: Paper) -> None:
    read = text_of(slips.pdf([SLIP], SLIP_WORDS, paper))
    for told in (
        "装箱单",
        SLIP.number,
        "东港九九草莓",
        "5 斤",
        "4.8 斤",
        "¥10.00 / 斤",
        "-¥2.00",
        "退还",
        "合计",
        SLIP.until,
        "备注： 少放",
    ):
        assert told in read, told


def test_a_long_slip_goes_on_with_its_number_and_captions() -> None:
    long = replace(SLIP, lines=[replace(SLIP.lines[0], name=f"{LONG[:30]} {n}") for n in range(90)])
    reader = PdfReader(io.BytesIO(slips.pdf([long, SLIP], SLIP_WORDS)))
    assert len(reader.pages) > 3
    assert f"{SLIP.number} · 2" in reader.pages[1].extract_text()
    assert "实装" in reader.pages[1].extract_text()
    read = "".join(page.extract_text() for page in reader.pages)
    assert all(f" {n}" in read for n in range(90))
    assert "装箱单" in reader.pages[-1].extract_text()


def test_money_on_a_slip_is_never_cut() -> None:
    dear = replace(
        SLIP, lines=[SlipLine(LONG, "123,456.7 斤", "123,456.7 斤", "¥1,234,567.89 / 斤", "¥9,999,999,999.99")]
    )
    read = text_of(slips.pdf([dear], SLIP_WORDS, Paper.A6)).replace("\n", "")
    assert "¥9,999,999,999.99" in read
    assert "¥1,234,567.89" in read


def test_a_price_label_says_all_that_is_asked() -> None:
    read = text_of(prices.pdf(PRICE))
    for told in (
        PRICE.name,
        PRICE.price,
        PRICE.unit,
        PRICE.per_unit,
        PRICE.contact,
        PRICE.drive,
        *sum(PRICE.facts, ()),
    ):
        assert told in read, told


def test_a_character_that_the_font_lacks_is_spelt() -> None:
    assert font.spelt("王靐") == "王(bìng)"
    assert font.spelt("草莓🍓") == "草莓[strawberry]"
    assert font.spelt("−5") == "-5"
    assert font.spelt("𠮷") == "[U+20BB7]"
    assert font.spelt("ḍ") == "d"
    assert font.spelt("a\u200db\ufe0f\tc\nd") == "ab c\nd"
    assert "王(bìng)" in text_of(labels.pdf([replace(LABEL, recipient="王靐")], WORDS))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80), st.floats(20, 200), st.integers(1, 4))
@example("Wuhan drive " * 9, 90.0, 2)
@example("，。" * 40, 30.0, 1)
def test_whatever_is_written_fits_and_can_be_shown(text: str, across: float, most: int) -> None:
    lines, size = font.fit(text, across, (12.0, 10.0, 8.0), most)
    assert size in (12.0, 10.0, 8.0)
    assert 1 <= len(lines) <= most
    for line in lines:
        assert all(ord(each) in font.widths() for each in line)
        assert font.width(line, size) <= across or len(line) == 1
    cut = lines[-1].endswith(font.ELLIPSIS)
    assert cut or "".join("".join(lines).split()) == "".join(font.spelt(text).split())
