"""Rules of accounts: which passwords guessing begins with."""

import pytest

from agrimarket.accounts.rules import is_easily_guessed


@pytest.mark.parametrize("password", ["lunch-box-42-harvest", "another long password", "草莓装箱先冷藏再上路吧走"])
def test_a_password_that_is_somebodys_own_is_taken(password: str) -> None:
    assert not is_easily_guessed(password, "chen@example.org")


@pytest.mark.parametrize(
    "password",
    [
        *(" " * 12, "aaaaaaaaaaaa", "abababababab", "password1234", "PASSWORD!!!!", "123456789012", "987654321098"),
        *("qwertyuiopas", "abcdefghijkl", "chen@example.org", "CHEN@EXAMPLE.ORG", "chen-example-org"),
    ],
)
def test_a_password_with_which_guessing_begins_is_not(password: str) -> None:
    assert is_easily_guessed(password, "chen@example.org")
