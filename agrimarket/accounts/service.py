"""Use cases of `accounts`."""

from sqlmodel import Session

from agrimarket.kernel.principal import Principal


def authenticate(session: Session, token: str) -> Principal | None:
    """Who holds that token."""
    return None
