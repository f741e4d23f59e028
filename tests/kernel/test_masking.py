"""What is written about a run carries no secret and nothing personal, in whatever it is wrapped."""

import json
import string

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from agrimarket.kernel.db import Database
from agrimarket.kernel.masking import mask, mask_error, mask_value, masked, secrets_of, tell
from agrimarket.settings import Settings

PHONES = ("+8613812345678", "13812345678", "138-1234-5678", "+86 138 1234 5678", "+886912345678")
SECRETS = (
    *PHONES,
    "grower@example.org",
    "11010519491231002X",
    "6222021234567890123",
    "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "whsec_" + "a1B2c3D4e5F6g7H8",
    "pi_3Abc_secret_9XyzQ1w2E3",
    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "around", ["{}", "failed for {}", "x={},y", '{{"q": "{}"}}', "/a/{}/b", "GET /x?q={}&r=1", "({})"]
)
def test_a_secret_is_known_by_its_shape(secret: str, around: str) -> None:
    assert secret not in mask(around.format(secret))
    assert secret not in mask_error(around.format(secret))


@pytest.mark.parametrize("around", ["phone={}", "'name': '{}'", '"address": "{}"', "csrftoken: {}", "password='{}'"])
def test_a_value_is_known_by_its_name(around: str) -> None:
    assert "Zhang" not in mask(around.format("Zhang"))


@given(st.integers(0, 10**9 - 1), st.sampled_from(["+861{:010}", "1{:010}", "1 {:010}"]), st.text(max_size=30))
def test_no_telephone_survives(number: int, form: str, before: str) -> None:
    phone = form.format(number)
    assert phone not in mask(f"{before} {phone} {before}")


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["Bearer {}", "/link/{}", "agk_{}", "token {}", "{}"]))
def test_no_token_of_ours_survives(made: bytes, around: str) -> None:
    import base64

    token = base64.urlsafe_b64encode(made).decode().rstrip("=")
    # A run of 43 without a capital, a small letter or a digit comes once in ten million tokens.
    if any(c in string.digits for c in token) and token != token.lower() and token != token.upper():
        assert token not in mask(around.format(token))


def test_what_is_no_secret_is_still_told() -> None:
    for kept in (
        "/v1/lots/lot_01h455vb4pex5vsknk084sn02q/recall",
        "0198c0de-1111-7222-8333-123456789012",
        "d41d8cd98f00b204e9800998ecf8427e",
        'connection to server at "127.0.0.1", port 5432 failed',
        "UndefinedTable: relation does not exist",
    ):
        assert mask(kept) == kept


def test_names_count_however_deep() -> None:
    record = {"a": [{"phone": "x1"}], "display_name": "Wang", "ok": {"sign_in_code": "123456"}, "n": 5, "yes": True}
    told = json.dumps({name: mask_value(name, value) for name, value in record.items()})
    assert not {"x1", "Wang", "123456"} & set(told.replace('"', " ").split())
    assert '"n": 5' in told


def test_the_settings_own_secrets_are_known() -> None:
    settings = Settings(
        secret_key=SecretStr("s3cr3t-of-the-house"),
        database_url="postgresql+psycopg://me:p%40ssw0rd@db/x",
        smtp_url=SecretStr("smtps://u:mailpass@mail"),
    )
    assert {"s3cr3t-of-the-house", "p%40ssw0rd", "p@ssw0rd", "mailpass"} <= set(secrets_of(settings))


class _Form(BaseModel):
    phone: int
    nested: dict[str, int]


def _raised(name: str, db: Database) -> BaseException:
    try:
        match name:
            case "pydantic":
                _Form.model_validate({"phone": "王小明 secret-words", "nested": {"a": "Mary Smith"}})
            case "unique":
                with db.transaction() as session:
                    session.connection().execute(text("CREATE TEMP TABLE t (phone text UNIQUE, name text NOT NULL)"))
                    row = {"phone": "13812345678", "name": "王小明"}
                    for _ in range(2):
                        session.connection().execute(text("INSERT INTO t VALUES (:phone, :name)"), row)
            case "row":
                with db.transaction() as session:
                    session.connection().execute(text("CREATE TEMP TABLE r (a text, b text NOT NULL)"))
                    session.connection().execute(text("INSERT INTO r VALUES (:a, NULL)"), {"a": "Mary Smith"})
            case "httpx":
                httpx.get("http://127.0.0.1:1/?phone=13812345678").raise_for_status()
            case _:
                try:
                    _ = dict[str, int]()["王小明"]
                except KeyError as error:
                    raise RuntimeError("no seller 'Mary Smith' with code 123456") from error
    except Exception as error:
        return error
    raise AssertionError(name)


@pytest.mark.parametrize("name", ["pydantic", "unique", "row", "httpx", "chained"])
def test_no_exception_tells_what_was_typed(name: str, db: Database) -> None:
    error = _raised(name, db)
    told = tell(error)
    assert not [word for word in ("13812345678", "王小明", "Mary", "secret-words", "123456") if word in told]
    assert type(error).__name__ in told
    assert "test_masking.py" in told


def test_statements_are_told_without_their_values(fresh_db: Database) -> None:
    with pytest.raises(DBAPIError) as caught, fresh_db.transaction() as session:
        session.connection().execute(text("SELECT 1/0 WHERE :phone <> ''"), {"phone": "quite-a-secret"})
    assert "quite-a-secret" not in str(caught.value)


def test_a_record_of_the_standard_library_is_masked_too() -> None:
    event = masked(None, "info", {"event": "GET /x?token=abc from +8613812345678", "logger": "httpx"})
    assert event == {"event": "GET /x?token=*** from ***", "logger": "httpx"}
