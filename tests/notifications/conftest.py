"""A provider that keeps the messages that it gets."""

import pytest

from agrimarket.integrations.email import FakeEmail
from agrimarket.integrations.sms import FakeSms
from agrimarket.notifications.flows.sending import Senders


@pytest.fixture
def outside() -> Senders:
    return Senders(FakeSms(), FakeEmail())
