"""A provider that keeps what it is given."""

import pytest

from agrimarket.integrations.email import FakeEmail
from agrimarket.integrations.sms import FakeSms
from agrimarket.notifications.flows.sending import Senders


@pytest.fixture
def outside() -> Senders:
    return Senders(FakeSms(), FakeEmail())
