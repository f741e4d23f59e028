"""Identifiers: numbers and codes that stand on a card, a licence or in a message, and are copied from there."""

import re
from datetime import date
from typing import Final

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from agrimarket.typed import Refused
from agrimarket.typed.text import UNSEEN, one_width, refuse_hidden

DASHES: Final = (
    r"\-\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u301c\u3030\u30a0"
    r"\u30fc\ufe31\ufe32\ufe58\ufe63\uff0d\uff70"
)
ADULT: Final = 18
"""Years of age from which a person applies for themselves."""
OLDEST: Final = 120
"""Years of age that nobody has: such a number is a slip of the pen."""
MAX_BANK_DIGITS: Final = 30

_SEPARATORS = re.compile(rf"[\s{DASHES}{UNSEEN}\u034f\u180b-\u180f\u200c\u200d\ufe00-\ufe0f]")
_TURNED = re.compile("[\u200f\u061c\u202b]")
_STRAIGHT = re.compile("[\u202c\u202d\u2066\u2068\u2069]")
"""Marks that leave digits in their order; address books put them around a number that is copied."""
_QUOTES = "'‘’‛′`"
_TEN = frozenset("X×*ХхΧχ✕✖✗╳⨯Ⅹⅹ")
_CREDIT = re.compile(r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$")
_WITH_ANY_LETTER = re.compile(r"^[0-9A-Z]{2}[0-9IOZSV]{6}[0-9A-Z]{10}$")
_OLD_ID = re.compile(r"^[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}$")
"""Of the cards that ended in 2013; they had no check digit, so that a slip in one would make another person of it."""
_PASSPORT = re.compile(r"^[A-Z]{1,2}[0-9]{6,9}(?:\([0-9A]\))?$")
"""Passports, permits of Hong Kong, Macao and Taiwan, and identity cards of there."""
_ID = re.compile(r"^[1-9][0-9]{16}[0-9X]$")
_ASCII_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def identifier(text: str) -> str:
    """An identifier without what was only put between its characters: spaces, dashes of any kind, characters that are
    not seen, the apostrophe by which a spreadsheet keeps digits; in half width and capitals.

    `Refused` for controls, and for what would show its characters in another order.
    """
    if _TURNED.search(text):
        raise Refused("text_invisible")
    straight = _STRAIGHT.sub("", text)
    refuse_hidden(straight)
    return _SEPARATORS.sub("", one_width(straight)).lstrip(_QUOTES).translate(_ASCII_UPPER)


def email(text: str) -> str:
    """An e-mail address in half width and small letters, without spaces."""
    refuse_hidden(text)
    return re.sub(rf"[\s{UNSEEN}]", "", one_width(text)).lower()


def id_number(text: str) -> str:
    """A mainland resident's identity number (GB 11643): 18 characters, a birth date that exists, check digit.

    Signs that are written for the X at its end are that X. The first six digits are not looked up: people keep the code
    of a county that no longer exists. `Refused` otherwise.
    """
    number = identifier(text)
    if number and number[-1] in _TEN:
        number = number[:-1] + "X"
    if _OLD_ID.match(number):
        raise Refused("cn_id_old")
    if _PASSPORT.match(number):
        raise Refused("cn_id_passport")
    if not _ID.match(number) or _born(number) is None or ric.calc_check_digit(number) != number[-1]:
        raise Refused("cn_id_number")
    return number


def _born(number: str) -> date | None:
    try:
        return ric.get_birth_date(number)
    except ValidationError:
        return None


def check_applicant(number: str, today: date) -> None:
    """`Refused` if the person of an identity number is not born by `today`, older than anybody is, or no adult."""
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if born > today:
        raise Refused("id_not_born")
    if age > OLDEST or born.year < 1900:
        raise Refused("id_too_long_ago")
    if age < ADULT:
        raise Refused("id_not_adult")


def credit_code(text: str) -> str:
    """A unified social credit code (GB 32100): 18 characters; `adds_up` tells whether its check character fits.

    Codes given out before the standard keep a check character of their own, so a wrong one refuses nothing. `Refused`
    for other lengths and characters, and for a person's identity number.
    """
    code = identifier(text)
    if not _CREDIT.match(code):
        raise Refused("cn_credit_code_letters" if _WITH_ANY_LETTER.match(code) else "cn_credit_code")
    if _is_id_number(code):
        raise Refused("cn_credit_code_is_id")
    return code


def _is_id_number(code: str) -> bool:
    """Whether it is built as an identity number is, and nothing speaks for a credit code."""
    if not _ID.match(code) or _born(code) is None:
        return False
    return ric.calc_check_digit(code) == code[-1] or not adds_up(code)


def adds_up(code: str) -> bool:
    """Whether the check character of a credit code is that of the standard."""
    return uscc.calc_check_digit(code[:-1]) == code[-1]


def bank_number(text: str) -> str:
    """A bank account's number: 8 to 30 digits, as cards, passbooks and corporate accounts have them. `Refused`."""
    number = identifier(text)
    if not re.match(rf"^[0-9]{{8,{MAX_BANK_DIGITS}}}$", number):
        raise Refused("bank_number")
    return number


def unlike_a_card(number: str) -> bool:
    """Whether a bank number is as long as a card's (GB/T 19584: 16 to 19 digits) and its check digit is not a card's.

    It may be a passbook's number, or a card's with a slip in it: whoever gives it is asked once more.
    """
    return 16 <= len(number) <= 19 and not luhn.is_valid(number)
