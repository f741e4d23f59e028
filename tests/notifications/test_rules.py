"""Every event that people are told has its words, in every language, and its handler."""

from datetime import UTC, datetime
from string import Formatter
from typing import Any
from uuid import UUID

import pytest

from agrimarket.accounts.events import CodeRequested
from agrimarket.kernel.i18n import LANGUAGES, catalogue
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.outbox import Event
from agrimarket.notifications.rules import NEWS, params_of, words
from workers.subscriptions import SUBSCRIPTIONS


def _sample(kind: type[Event]) -> Event:
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        described = str(field.annotation)
        if field.annotation is UUID or "UUID" in described:
            values[name] = new_id()
        elif "datetime" in described:
            values[name] = datetime(2020, 2, 17, tzinfo=UTC)
        elif "bool" in described:
            values[name] = False
        elif "int" in described:
            values[name] = 100
        elif "list" in described:
            values[name] = []
        else:
            values[name] = "CNY" if name == "currency" else "x"
    return kind(**values)


@pytest.mark.parametrize("kind", NEWS, ids=lambda kind: kind.__name__)
def test_every_event_has_its_words_and_its_handler(kind: type[Event]) -> None:
    event = _sample(kind)
    for news in NEWS[kind]:
        assert news.to in kind.model_fields
        for language in LANGUAGES:
            told = words(news.template, params_of(event, news), language)
            assert not told.startswith("sms.")
            assert "{" not in told
    assert SUBSCRIPTIONS[kind.topic]
    assert SUBSCRIPTIONS[CodeRequested.topic]


def test_each_language_uses_the_same_parameters() -> None:
    for key, sentence in catalogue("en").items():
        if key.startswith("sms."):
            wanted = {name for _, name, _, _ in Formatter().parse(sentence) if name}
            for language in LANGUAGES:
                found = {name for _, name, _, _ in Formatter().parse(catalogue(language)[key]) if name}
                assert found == wanted, (key, language)
