"""Refusals of `accounts`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated


class PhoneUnreadable(Invalid):
    """The text is not a mobile number; subclasses say what else stands in it."""

    code: ClassVar[str] = "phone.unreadable"


class PhoneHasLetters(PhoneUnreadable):
    """There are letters among the digits."""

    code: ClassVar[str] = "phone.letters"


class PhoneHasExtension(PhoneUnreadable):
    """There is an extension behind the number."""

    code: ClassVar[str] = "phone.extension"


class TwoPhones(PhoneUnreadable):
    """There are two numbers, or more digits than any number has."""

    code: ClassVar[str] = "phone.two"


class CodeTooSoon(TooManyRequests):
    """A code was asked for less than a minute ago."""

    code: ClassVar[str] = "code.too_soon"


class CodeWrong(Invalid):
    """The code is not the one that was sent; `left` more tries are allowed."""

    code: ClassVar[str] = "code.wrong"


class CodeExpired(Invalid):
    """The phone has no valid code: the last one is too old, used or tried too often, or none was asked for."""

    code: ClassVar[str] = "code.expired"


class SignInRefused(Unauthenticated):
    """E-mail, password and TOTP do not match; the refusal does not tell which of them is wrong."""

    code: ClassVar[str] = "sign_in.refused"


class SignInBusy(TooManyRequests):
    """Too many passwords are being checked at this moment."""

    code: ClassVar[str] = "sign_in.busy"


class InvitationOver(NotFound):
    """The link by which a member of staff sets their password is unknown, used, replaced, or too old."""

    code: ClassVar[str] = "invitation.over"


class PasswordTooShort(Invalid):
    """The password has fewer than `length` characters."""

    code: ClassVar[str] = "password.short"


class PasswordGuessable(Invalid):
    """Guessing would begin with that password."""

    code: ClassVar[str] = "password.guessable"


class AuthenticatorCodeWrong(Invalid):
    """The code is not what an authenticator app shows for the new secret."""

    code: ClassVar[str] = "totp.wrong"


class NewcomerOfFirst(Forbidden):
    """The operator was made one, less than `days` days ago, by who touched this first, or by who made them one too."""

    code: ClassVar[str] = "forbidden.newcomer"


class EmailTaken(Conflict):
    """A person with that e-mail exists."""

    code: ClassVar[str] = "email.taken"


class LastOperator(Conflict):
    """The drive has no other operator, and would be left without one."""

    code: ClassVar[str] = "staff.last_operator"


class OperatorByPhone(Conflict):
    """An operator or coach signs in with mailbox, password and authenticator, and this person has only a telephone."""

    code: ClassVar[str] = "staff.by_phone"


class SignInByMailbox(Forbidden):
    """A texted code signs no operator or coach in: that takes mailbox, password and authenticator."""

    code: ClassVar[str] = "sign_in.mailbox"


class SignInWithoutMailbox(Forbidden):
    """As `SignInByMailbox`, of somebody who has no mailbox here. `details`: `telephone`, which they should call."""

    code: ClassVar[str] = "sign_in.no_mailbox"


class SomebodyUnknown(Invalid):
    """Nobody has that id, e-mail or telephone number."""

    code: ClassVar[str] = "somebody.unknown"


class DayUnreadable(Invalid):
    """The text is no day of the calendar."""

    code: ClassVar[str] = "day.unreadable"


class PersonUnknown(NotFound):
    """There is no such person."""


class SellerUnknown(NotFound):
    """There is no such seller."""


class BuyerUnknown(NotFound):
    """There is no such buyer."""


class KeyMakerNeeded(Forbidden):
    """The person is neither integrator nor operator (403); the sentence says whom to ask."""

    code: ClassVar[str] = "forbidden.integrator"


class KeyNameTaken(Conflict):
    """The person has a key of that name that is in use."""

    code: ClassVar[str] = "api_key.name_taken"


class ScopesNotHeld(Forbidden):
    """The key would have scopes for which its owner has none of the roles."""

    code: ClassVar[str] = "api_key.scopes_not_held"


class AgentIsOneself(Invalid):
    """The telephone number is the caller's own: nobody needs a mandate for themselves."""

    code: ClassVar[str] = "mandate.oneself"


class GrowerNotYetApproved(Conflict):
    """The grower's application is not approved yet, so that there is nothing to sell for them."""

    code: ClassVar[str] = "mandate.not_approved"
