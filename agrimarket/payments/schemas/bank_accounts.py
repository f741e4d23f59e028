"""Sellers' bank accounts over HTTP."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.resources import BankAccountId, PersonId, SellerId
from agrimarket.kernel.wire import In, Instant, Out, Text, Typed
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.schemas.payout_accounts import Country
from agrimarket.payments.service.bank_accounts import BankDetails, BankReview
from agrimarket.payments.states import BankAccountState
from agrimarket.typed.identifiers import bank_number, unlike_a_card

MaskedHolder = Annotated[str, Field(examples=["李＊＊"])]
MaskedNumber = Annotated[str, Field(examples=["••••0018"])]
BankName = Annotated[Text, StringConstraints(min_length=2, max_length=60), Field(examples=["中国农业银行"])]
Holder = Annotated[Text, StringConstraints(max_length=120), Field(examples=["李小梅"])]


AccountNumber = Annotated[
    str,
    StringConstraints(max_length=40),
    Typed(bank_number),
    Field(examples=["6222021234567890128"], description="8 to 30 digits; spaces are fine."),
]


class BankIn(In):
    """Bank account of a seller."""

    bank_name: BankName
    account_holder: Holder
    account_number: AccountNumber
    account_number_confirmed: Annotated[
        bool, Field(description="It is written so on the card, although its check digit is not a card's.")
    ] = False
    country: Country = "CN"

    @model_validator(mode="after")
    def _asked_once_more(self) -> "BankIn":
        if unlike_a_card(self.account_number) and not self.account_number_confirmed:
            raise InvalidFields([("/account_number", "bank_number_unlike_card", {})])
        return self

    def details(self) -> BankDetails:
        """The account in the form that the service takes."""
        return BankDetails(self.bank_name, self.account_holder, self.account_number, self.country)


class BankOut(Out):
    """The seller's bank account, masked. Money is sent to it once two of the drive's staff have verified it."""

    id: BankAccountId
    state: BankAccountState
    bank_name: BankName
    account_holder: MaskedHolder
    account_number: MaskedNumber
    country: Country
    refusal: Annotated[str | None, Field(description="Why it is not right, where its state is `refused`.")]
    created_at: Instant

    @classmethod
    def of(cls, bank: BankAccount) -> "BankOut":
        """The bank account as its seller sees it."""
        return cls(
            id=bank.id,
            state=BankAccountState(bank.state),
            bank_name=bank.bank_name,
            account_holder=bank.masked_holder,
            account_number=bank.masked_number,
            country=bank.country,
            refusal=bank.refusal,
            created_at=bank.created_at,
        )


class BankReviewOut(Out):
    """A bank account as operators see it. `shared`: another seller gave the same number."""

    id: BankAccountId
    seller_id: SellerId
    state: BankAccountState
    bank_name: str
    account_holder: MaskedHolder
    account_number: MaskedNumber
    country: Country
    checked_by: PersonId | None
    verified_by: PersonId | None
    refusal: str | None
    shared: bool
    unlike_card: Annotated[bool, Field(description="As long as a card's number, without a card's check digit.")]
    created_at: Instant

    @classmethod
    def of(cls, bank: BankReview) -> "BankReviewOut":
        """The bank account as operators see it."""
        return cls(
            id=bank.id,
            seller_id=bank.seller_id,
            state=BankAccountState(bank.state),
            bank_name=bank.bank_name,
            account_holder=bank.masked_holder,
            account_number=bank.masked_number,
            country=bank.country,
            checked_by=bank.checked_by,
            verified_by=bank.verified_by,
            refusal=bank.refusal,
            shared=bank.shared,
            unlike_card=bank.unlike_card,
            created_at=bank.created_at,
        )


class VerifyBank(In):
    """Note of how the operator knows that the account is the seller's."""

    note: Annotated[Text, Field(examples=["Called the bank; the holder's name is that of the identity card."])]


class RefuseBank(In):
    """Why a bank account is not right, in words that its seller reads."""

    reason: Annotated[Text, Field(examples=["The bank says that the holder has another name."])]


class BankOpened(Out):
    """A bank account in plain text."""

    bank_name: BankName
    account_holder: Holder
    account_number: Annotated[str, Field(examples=["6222021234567890128"])]
    country: Country

    @classmethod
    def of(cls, details: BankDetails) -> "BankOpened":
        """The bank account in plain text."""
        return cls(
            bank_name=details.bank_name,
            account_holder=details.account_holder,
            account_number=details.account_number,
            country=details.country,
        )
