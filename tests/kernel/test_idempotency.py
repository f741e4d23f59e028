"""One key, one effect: ten requests at once, with real commits, and the answer that stands."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency, KeyInFlight, KeyReused

THREADS = 10
KEYS = 300


class Answer(BaseModel):
    number: int


def _key(name: str = "k") -> Idempotency:
    return Idempotency("me", name, b"one")


def _effects(db: Database) -> list[tuple[str, int]]:
    with db.reading() as session:
        found = session.connection().execute(text("SELECT name, count(*) FROM effect GROUP BY name"))
        return [(row.name, row.count) for row in found]


@pytest.fixture
def table(fresh_db: Database) -> Database:
    with fresh_db.transaction() as session:
        session.connection().execute(text("CREATE TABLE effect (name text, number serial)"))
    return fresh_db


def _act(session: Session, name: str) -> Answer:
    insert = text("INSERT INTO effect (name) VALUES (:name) RETURNING number")
    return Answer(number=session.connection().execute(insert, {"name": name}).scalar_one())


@pytest.mark.parametrize("way", ["run", "flow"])
def test_ten_at_once_under_one_key_act_once(table: Database, way: str) -> None:
    together = Barrier(THREADS)

    def run(key: Idempotency) -> Answer:
        with table.transaction() as session:
            return key.run(session, Answer, lambda: _act(session, str(key.key)))

    def flow(key: Idempotency) -> Answer:
        with table.transaction() as session:
            stored = key.claim(session, Answer)
        if stored is not None:
            return stored
        with table.transaction() as session:
            return key.store(session, _act(session, str(key.key)))

    def ask(name: str) -> int | None:
        try:
            return (run if way == "run" else flow)(_key(name)).number
        except KeyInFlight:
            return None

    def client(_: int) -> list[int | None]:
        answers: list[int | None] = []
        for number in range(KEYS):
            together.wait(30)
            answers.append(ask(f"key {number}"))
        return answers

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(zip(*pool.map(client, range(THREADS)), strict=True))
    effects = dict(_effects(table))
    assert len(effects) == KEYS
    assert [name for name, count in effects.items() if count != 1] == []
    assert all(len({each for each in same if each is not None}) == 1 for same in answers)


def test_who_finds_an_answer_at_the_end_leaves_no_effect(table: Database) -> None:
    """Whatever let two act: the answer that stands is kept, and the other's work is rolled back."""

    def overtaken(session: Session) -> Answer:
        with table.transaction() as other:
            _key().store(other, Answer(number=1))
        return _act(session, "late")

    with pytest.raises(KeyInFlight), table.transaction() as session:
        _key().run(session, Answer, lambda: overtaken(session))
    assert _effects(table) == []
    with table.transaction() as session:
        assert _key().run(session, Answer, lambda: _act(session, "again")).number == 1
    assert _effects(table) == []


def test_the_database_refuses_another_answer(table: Database) -> None:
    with table.transaction() as session:
        _key().store(session, Answer(number=1))
    change = text("""UPDATE idempotency_key SET answer = '{"number": 2}'""")
    with pytest.raises(IntegrityError), table.transaction() as session:
        session.connection().execute(change)


def test_a_flow_that_was_overtaken_answers_with_what_stands(table: Database) -> None:
    with table.transaction() as session:
        assert _key().claim(session, Answer) is None
    with table.transaction() as session:
        assert _key().store(session, Answer(number=1)).number == 1
        assert _key().store(session, Answer(number=2)).number == 1


def test_an_answer_that_stands_is_given_while_somebody_else_reads_it(table: Database) -> None:
    with table.transaction() as session:
        _key().store(session, Answer(number=7))
    with table.transaction() as session:
        assert _key().run(session, Answer, lambda: _act(session, "x")).number == 7
        with table.transaction() as other:
            assert _key().run(other, Answer, lambda: _act(other, "x")).number == 7
            with pytest.raises(KeyReused):
                Idempotency("me", "k", b"two").run(other, Answer, lambda: _act(other, "x"))
