"""Rules of sign-in: forms of phone numbers and codes, and lifetimes."""

import hmac
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

import phonenumbers
from phonenumbers import PhoneNumberType
from pyotp.totp import TOTP

from agrimarket.accounts.errors import DayUnreadable, PhoneUnreadable
from agrimarket.kernel.i18n import PEOPLES_ZONE

DEFAULT_REGION = "CN"
CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
LONG_CODE_DIGITS = 12
"""Digits of a code for a phone that is under attack: more than anybody can try, so that tries need not be counted."""
BURNT_WITHIN = timedelta(hours=1)
"""Time in which a code that was used up by wrong tries makes the next one a long one."""
RESEND_AFTER = timedelta(seconds=60)

PHONE_IDLE = timedelta(days=30)
PHONE_LIFE = timedelta(days=90)
"""Longest life of a session by phone. People come back after weeks on the same phone, and each code costs a message."""
STAFF_IDLE = timedelta(minutes=60)
STAFF_LIFE = timedelta(hours=12)
"""Longest life of a session of staff. NIST SP 800-63B-4, AAL2 allows one hour idle and one day in all."""
SEEN_EVERY = timedelta(minutes=1)
"""Shortest time between two writes of `seen_at`; a write for every request would cost more than it tells."""

PASSWORD_LENGTH = 12
"""Fewest characters of a password of staff, beside which a one-time code is asked for."""
INVITATION_LIFE = timedelta(hours=48)
"""Time in which a member of staff can use the link by which they set password and authenticator."""
NEWCOMER = timedelta(days=7)
"""Time in which an operator is no second pair of eyes for whoever made them one (`service.other_eyes`)."""

TOTP_DIGITS = 6
TOTP_STEP = 30
"""Seconds of a step (RFC 6238)."""
TOTP_DRIFT = 1
"""Steps before and after the present one that are accepted, since clocks differ."""

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def normal_phone(text: str, *, pointer: str | None = "/phone") -> str:
    """Mobile number in E.164; one without a country code is read as mainland China's. `PhoneUnreadable` otherwise."""
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise PhoneUnreadable(pointer=pointer) from error
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE:
        raise PhoneUnreadable(pointer=pointer)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spaced_phone(number: str) -> str:
    """A number in E.164 as people read it, in groups: `+86 139 0000 0101`; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def grouped_code(code: str) -> str:
    """A code as people read it: a long one in groups of four."""
    return code if len(code) == CODE_DIGITS else " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def normal_code(text: str) -> str:
    """Plain digits of a code that may be typed with spaces or in full width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def day_begins(text: str, *, pointer: str) -> datetime:
    """The first moment of a day written like 2026-12-01, in people's time zone; `DayUnreadable`."""
    try:
        return datetime.combine(date.fromisoformat(text), time.min, PEOPLES_ZONE).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DayUnreadable(pointer=pointer) from error


def day_after(text: str, *, pointer: str) -> datetime:
    """The first moment after that day; `DayUnreadable`."""
    try:
        return day_begins(text, pointer=pointer) + timedelta(days=1)
    except OverflowError as error:
        raise DayUnreadable(pointer=pointer) from error


def masked_phone(phone: str) -> str:
    """Phone as in `+86138****0001`: enough for people to recognise their own number."""
    return f"{phone[:-8]}****{phone[-4:]}"


def totp_step(secret: str, code: str, moment: float) -> int | None:
    """Step that has this code, at most `TOTP_DRIFT` steps from `moment` (seconds since the epoch), or None."""
    totp = TOTP(secret, interval=TOTP_STEP)
    now = int(moment) // TOTP_STEP
    matching = [
        step
        for step in range(now - TOTP_DRIFT, now + TOTP_DRIFT + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return matching[0] if matching else None
