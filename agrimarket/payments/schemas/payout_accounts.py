"""Payout accounts over HTTP."""

from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, StringConstraints, UrlConstraints

from agrimarket.kernel.wire import In, Out, Several
from agrimarket.payments.service.payout_accounts import PayoutAccountInfo

Country = Annotated[
    str,
    StringConstraints(pattern="^[A-Z]{2}$", max_length=2),
    Field(examples=["CN"], description="ISO 3166, of the bank."),
]


Url = Annotated[AnyHttpUrl, UrlConstraints(max_length=2_000)]


class OpenPayoutAccount(In):
    """Addresses to which the provider sends the seller when they are done, or need a new link."""

    return_url: Annotated[Url, Field(examples=["https://shop.example/done"])]
    refresh_url: Annotated[Url, Field(examples=["https://shop.example/again"])]
    country: Country = "CN"


class OnboardingOut(Out):
    """The provider's address where the seller gives their details; it opens only once, and only within minutes."""

    url: Annotated[str, Field(examples=["https://connect.stripe.com/setup/e/acct_1/abc"])]


class PayoutAccountOut(Out):
    """The seller's account and what it may do. `requirements` is what the provider still asks for, in its words."""

    state: Literal["none", "incomplete", "restricted", "enabled"]
    provider: str | None
    country: str | None
    currency: str | None
    transfers_enabled: bool
    payouts_enabled: bool
    requirements: Annotated[list[str], Several]

    @classmethod
    def of(cls, account: PayoutAccountInfo | None) -> "PayoutAccountOut":
        """The seller's account; its state is `none` if they have none."""
        if account is None:
            return cls(
                state="none", provider=None, country=None, currency=None, transfers_enabled=False,
                payouts_enabled=False, requirements=[],
            )  # fmt: skip
        enabled = account.transfers_enabled and account.payouts_enabled
        return cls(
            state="enabled" if enabled else "restricted" if account.details_submitted else "incomplete",
            provider=account.provider,
            country=account.country,
            currency=account.currency,
            transfers_enabled=account.transfers_enabled,
            payouts_enabled=account.payouts_enabled,
            requirements=list(account.requirements),
        )
