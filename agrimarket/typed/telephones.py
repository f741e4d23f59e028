"""Telephone numbers. The digits that were typed are the digits that are called, or the number is refused."""

import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from agrimarket.typed import Refused
from agrimarket.typed.identifiers import DASHES, identifier
from agrimarket.typed.text import one_width

HOME: Final = "CN"
"""Country of a number without a country code."""
MAX_TYPED: Final = 40
"""Characters of a telephone number as it is typed."""
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_BETWEEN_TWO = re.compile(r"[/\\|,，、;；\n\r&或和]|\bor\b|\band\b", re.IGNORECASE)
_EXTENSION = re.compile(
    rf"[0-9)][\s{DASHES}]*(?:[;,]?\s*ext(?:ension|n)?\.?\s*=?|[x×#,;~]|int\.?|转|轉|分机|分機)\s*[:：]?\s*[0-9]{{1,7}}\s*#?$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*(?:tel|telephone|phone|mobile|(?:联系|聯絡)?(?:电话|電話|手机|手機)(?:号码|號碼|号|號)?)\s*[.:]?\s*(?=[+(0-9])",
    re.IGNORECASE,
)
_ENDS = " \t\r\n\"“”‘’'。,，;；、/"
"""What copying takes along around a number."""
_AS_A_FRACTION = re.compile(r"(?<=[0-9]{6})\.0+$")
"""Behind numbers that a program took for quantities; the noughts are not dialled."""
_TWICE = re.compile(r"^(?:\+|00)?86(?=(?:\+|00)?86(?:1[3-9][0-9]{9})$)")
"""The country code in front of one with its country code, as forms that fill themselves in leave it."""
_PUNCTUATION = re.compile(rf"[\s().·\[\]【】〔〕{DASHES}]")


def _dialled(text: str) -> str:
    """The digits to dial, with a plus in front if one was typed. `Refused` says what else there is."""
    if len(text) > MAX_TYPED:
        raise Refused("phone_unreadable")
    identifier(text)  # refuses what would show the digits in another order
    plain = _AS_A_FRACTION.sub("", _LABEL.sub("", one_width(text).strip(_ENDS)))
    if _EXTENSION.search(plain):
        raise Refused("phone_extension")
    parts = [re.sub(r"[^0-9]", "", part) for part in _BETWEEN_TWO.split(plain)]
    if sum(len(part) > 6 for part in parts) > 1 or sum(map(len, parts)) > 18:
        raise Refused("phone_two")
    bare = _TWICE.sub("", identifier(_PUNCTUATION.sub("", plain)))
    if any(character.isalpha() or character.isnumeric() for character in bare if not "0" <= character <= "9"):
        raise Refused("phone_letters")
    if not re.match(r"^\+?[0-9]+$", bare):
        raise Refused("phone_unreadable")
    return bare


def _parse(text: str) -> PhoneNumber:
    """A number that can exist; one without a country code is mainland China's. `Refused` otherwise.

    Full-width digits, spaces, dashes, dots and brackets are fine, and so are `+86`, `0086`, `86`, `tel:` and 电话 in
    front. Letters, an extension, and two numbers in one are each refused under a code of their own.
    """
    dialled = _dialled(text)
    try:
        number = phonenumbers.parse(dialled, HOME)
    except phonenumbers.NumberParseException as error:
        raise Refused("phone_unreadable") from error
    if not phonenumbers.is_possible_number(number) or not _same_digits(dialled.lstrip("+"), number):
        raise Refused("phone_unreadable")
    return number


def _same_digits(typed: str, number: PhoneNumber) -> bool:
    """Whether the number has every digit that was typed, but for the zeros that are dialled in front of it."""
    national, country = phonenumbers.national_significant_number(number), str(number.country_code)
    forms = (national, f"0{national}")
    return typed in {*forms, *(f"{before}{country}{form}" for before in ("", "00") for form in forms)}


def possible(text: str) -> str:
    """A number that can exist, short numbers of services too, in E.164; see `_parse`. `Refused`."""
    return phonenumbers.format_number(_parse(text), PhoneNumberFormat.E164)


def any_number(text: str) -> str:
    """A telephone number of any kind, in E.164. `Refused`."""
    number = _parse(text)
    if not phonenumbers.is_valid_number(number):
        raise Refused("phone_unreadable")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def mobile(text: str) -> str:
    """A mobile number, to which a message can be sent, in E.164. `Refused`."""
    number = _parse(text)
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE:
        raise Refused("phone_unreadable")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def spaced(number: str) -> str:
    """A number in E.164 as people read it, in groups: `+86 139 0000 0101`; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
