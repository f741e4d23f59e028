"""Numbers that people dictate over a telephone."""

from stdnum import luhn


def appeal_number(number: int) -> str:
    """`A100001-7`: the last digit is a check digit (Luhn), so that a misheard one is noticed."""
    return f"A{number}-{luhn.calc_check_digit(str(number))}"


def parse_appeal_number(text: str) -> int | None:
    """The number in such a text, or None where a digit is wrong."""
    digits = text.strip().upper().removeprefix("A").replace("-", "").replace(" ", "")
    if not (digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 18 and luhn.is_valid(digits)):
        return None
    return int(digits[:-1])
