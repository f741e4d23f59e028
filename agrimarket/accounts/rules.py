"""Rules of sign-in: forms of phone numbers and codes, and lifetimes."""

import hmac
from datetime import UTC, datetime, time, timedelta

from pyotp.totp import TOTP

from agrimarket.accounts.errors import DayUnreadable, PhoneHasExtension, PhoneHasLetters, PhoneUnreadable, TwoPhones
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.typed import Refused, days, identifiers, telephones

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
_PASSWORD_VARIETY = 5
"""Fewest different characters of a password: what has fewer is one key held down."""
_ROWS = ("0123456789" * 3, "9876543210" * 3, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_USUAL = frozenset({"password", "passwort", "passw0rd", "letmein", "welcome", "administrator", "admin", "agrimarket"})
"""Words with which guessing begins, whatever digits and signs stand around them."""
INVITATION_LIFE = timedelta(hours=48)
"""Time in which a member of staff can use the link by which they set password and authenticator."""
NEWCOMER = timedelta(days=7)
"""Time in which an operator is no second pair of eyes for whoever made them one (`service.other_eyes`)."""

TOTP_DIGITS = 6
TOTP_STEP = 30
"""Seconds of a step (RFC 6238)."""
TOTP_DRIFT = 1
"""Steps before and after the present one that are accepted, since clocks differ."""

KEY_PREFIX = "agm_"
"""Prefix of API keys, by which scanners for leaked secrets find them."""

_PHONES = {"phone_letters": PhoneHasLetters, "phone_extension": PhoneHasExtension, "phone_two": TwoPhones}


def normal_phone(text: str, *, pointer: str | None = "/phone") -> str:
    """Mobile number in E.164 (`typed.telephones.mobile`); `PhoneUnreadable`, or the subclass that says why."""
    try:
        return telephones.mobile(text)
    except Refused as refusal:
        raise _PHONES.get(refusal.code, PhoneUnreadable)(pointer=pointer) from refusal


def is_easily_guessed(password: str, email: str) -> bool:
    """Whether guessing would begin with such a password: one key, a row of keys, a usual word, its owner's mailbox."""
    bare = "".join(character for character in password.casefold() if character.isalnum())
    word = "".join(character for character in bare if not character.isdigit())
    own = {"".join(filter(str.isalnum, part)) for part in (email.casefold(), email.casefold().partition("@")[0])}
    return len(set(bare)) < _PASSWORD_VARIETY or any(bare in row for row in _ROWS) or word in _USUAL or bare in own


def grouped_code(code: str) -> str:
    """A code as people read it: a long one in groups of four."""
    return code if len(code) == CODE_DIGITS else " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def normal_code(text: str) -> str:
    """Digits of a code, however they are written; "", which no code is, if it holds what none can."""
    try:
        return identifiers.identifier(text)
    except Refused:
        return ""


def normal_email(text: str) -> str:
    """An e-mail address in the spelling by which people are found; "", which nobody has, for what is none."""
    try:
        return identifiers.email(text)
    except Refused:
        return ""


def day_begins(text: str, *, pointer: str) -> datetime:
    """The first moment of a day written like 2026-12-01, in people's time zone; `DayUnreadable`."""
    try:
        return datetime.combine(days.day(text), time.min, PEOPLES_ZONE).astimezone(UTC)
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
