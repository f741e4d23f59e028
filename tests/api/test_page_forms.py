"""Every form of the pages with every bad input of the reliability plan: a clear page, and nothing half-written."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from agrimarket.kernel import ids
from agrimarket.onboarding.forms.definitions import registry
from agrimarket.onboarding.pages.drafts import STEPS
from tests.api.page_forms import FORMS, Form
from tests.api.page_world import URL_ENCODED, Pages, clear
from tests.support.page import Page

MULTIPART = "multipart/form-data; boundary=b"
POSTS = [(route, variant) for route, variants in FORMS.items() for variant in variants]
NAMES = [f"{route} {variant}".strip() for route, variant in POSTS]

BIDI = "王\u202e姐"
HIDING = (BIDI, "王\u200f姐", "王\x07姐")
LONG = "草莓" * 17_000
"""Long text of a hundred kilobytes."""
NUMBERS = (
    "-1", "0", "9" * 20, "NaN", "Infinity", "1e400", "0x10", "1_000", "٣", "Ⅷ", "²", "½", "1.5", "5斤斤", " ",
)  # fmt: skip
DATES = ("2026-02-30", "9999-12-31", "0000-01-01", "99999-01-01", "2026-13-3", "٢٠٩٩-٠١-٠١", "2099-12-31T25:00", "明天")


@pytest.fixture(params=POSTS, ids=NAMES)
def form(request: pytest.FixtureRequest) -> Form:
    route, variant = request.param
    return FORMS[route][variant]


def _refused(pages: Pages, form: Form, answer: Any, about: object = "") -> Page:
    """Page of a refusal, clear, that changed nothing but what refusals may change."""
    assert answer.status_code >= 400, (about, answer.status_code)
    page = clear(answer, about)
    assert page is not None
    assert pages.changed() <= form.keeps, about
    return page


def _kept(page: Page, form: Form, name: str, typed: str) -> None:
    """Check that the field shows what was typed, unless it is a secret; a place that was found is shown as chosen."""
    if name in form.unseen or (name == "region" and "<strong>" in page.text):
        return
    assert name in page.fields, (name, "the form is not shown again", page.errors or page.paragraphs)
    unit = "".join(page.fields.get(f"{name}_unit", []))
    assert page.typed(name).strip() in (typed.strip(), f"{typed.strip()}{unit}"), (name, page.typed(name)[:200])


def test_every_form_has_an_example(pages: Pages) -> None:
    found = {
        route.path
        for route in pages.client.app.routes
        for handler in getattr(route, "route_handlers", [])
        if "POST" in handler.http_methods and not handler.resolve_include_in_schema()
        if getattr(handler.fn, "func", handler.fn).__module__.startswith("agrimarket.")
    }
    assert found == set(FORMS), "each form (a POST handler outside the schema) needs a right post in page_forms.FORMS"
    steps = {step.name for step in registry()["farmer"][1].steps} - {"documents"}
    assert set(FORMS["/applications/{application_id:str}/{step:str}"]) == steps
    assert set(STEPS) <= {variant.split()[0] for variant in FORMS["/appeal/{step:str}"]}


def test_the_right_post_is_taken(pages: Pages, form: Form) -> None:
    with pages.moment():
        answer = pages.post(form)
        assert answer.status_code == form.status, answer.text
        clear(answer)


def test_without_its_token_nothing_is_done(pages: Pages, form: Form) -> None:
    with pages.moment():
        own, stale = pages.token, pages.get("/sign-in").cookies["csrftoken"]
    tokens = {
        "none": (None, own),
        "no cookie": (own, None),
        "made up": ("0" * 128, "0" * 128),
        "stale": (stale, own),
        "not ASCII": ("é" * 128, own),
        "cookie not ASCII": (own, "%C3%A9" * 128),
    }
    for about, (token, cookie) in tokens.items():
        with pages.moment():
            answer = pages.post(form, token=token, cookie=cookie)
            assert answer.status_code == 403, about
            _refused(pages, form, answer, about)
            assert pages.changed() == set(), about


def _part(head: str, body: str = "1") -> bytes:
    return f"--b\r\n{head}\r\n\r\n{body}\r\n--b--\r\n".encode("latin-1")


NAMED = 'Content-Disposition: form-data; name="a"'
WRONG_BODIES: dict[str, tuple[str, bytes]] = {
    "json": ("application/json", b'{"a": 1}'),
    "text": ("text/plain", b"a=1"),
    "no type": ("", b"a=1"),
    "no boundary": ("multipart/form-data", b"--b\r\n"),
    "torn": (MULTIPART, _part(NAMED)[:-12]),
    "no name": (MULTIPART, _part("Content-Type: text/plain")),
    "not utf-8": (MULTIPART, _part(NAMED, "\xff")),
    "odd charset": (MULTIPART, _part(f"{NAMED}\r\nContent-Type: text/plain; charset=x")),
    "token is a file": (MULTIPART, _part('Content-Disposition: form-data; name="_csrf_token"; filename="a"')),
    "too many fields": (URL_ENCODED, b"a=1&" * 600),
}


def test_a_body_of_another_type_is_refused(pages: Pages, form: Form) -> None:
    for about, (kind, body) in WRONG_BODIES.items():
        with pages.moment():
            headers = {} if about == "token is a file" else {"x-csrftoken": pages.token}
            answer = pages.post(form, body=body, kind=kind, headers=headers)
            assert answer.status_code in (403, 415, 422), about
            _refused(pages, form, answer, about)
            assert pages.changed() == set(), about


def test_the_other_encoding_is_refused_where_it_says_something(pages: Pages, form: Form) -> None:
    with pages.moment():
        if form.files:
            answer = pages.post(
                form, body=urlencode([*pages.fields(form), ("_csrf_token", pages.token)]).encode(), kind=URL_ENCODED
            )
        else:
            answer = pages.post(form, files=[("stray", ("a.txt", b"1"))])
        if not form.files and not form.fields and answer.status_code == form.status:
            return  # neither reads anything of it
        assert answer.status_code == 415
        _refused(pages, form, answer)
        assert pages.changed() == set()


@pytest.mark.slow
def test_the_language_can_be_changed_from_every_answer(pages: Pages, form: Form) -> None:
    for fields in (None, []):
        with pages.moment():
            answer = pages.post(form, fields, **({"files": []} if form.files and fields == [] else {}))
            if answer.status_code == 303:
                continue
            there = Page(answer.text).fields["next"][-1]
            assert pages.get(there, form.who).status_code in (200, 303), there


def test_an_empty_form_is_told_what_is_missing(pages: Pages, form: Form) -> None:
    with pages.moment():
        answer = pages.post(form, [], **({"files": [("x", ("", b""))]} if form.files else {}))
        page = clear(answer)
        if page is not None and answer.status_code >= 400:
            assert pages.changed() <= form.keeps


def test_two_errors_of_a_form_never_read_alike(pages: Pages, form: Form) -> None:
    """With everything wrong at once, and with nothing filled in; beside its field a sentence does not say which."""
    wrong = dict.fromkeys(form.text, BIDI) | dict.fromkeys((*form.numbers, *form.dates), "许多")
    wrong |= dict.fromkeys(form.machine, "nothing")
    for fields in (pages.fields(form, **wrong), []):
        with pages.moment():
            answer = pages.post(form, fields, **({"files": [("x", ("", b""))]} if form.files and not fields else {}))
            if answer.status_code < 400:
                continue
            summary = re.search(r'<div class="summary".*?</div>', answer.text, re.DOTALL)
            lines = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL) if summary else []
            words = [re.sub(r"<[^>]+>", "", line) for line in lines]
            assert len(set(words)) == len(words), words
            assert "data-asked" not in answer.text, "each question was found, or is in no form"
            asked = re.findall(r'href="#([^"]+)"', summary[0] if summary else "")
            for name, said in zip(asked, words, strict=False):
                if f'<label for="{name}">' in answer.text:
                    label = re.findall(rf'<label for="{name}">\s*([^<]+?)[?？:：]?\s*<', answer.text)[0]
                    assert said.startswith(f"{label}："), (name, said)
                    beside = re.findall(rf'id="{name}-error">([^<]+)<', answer.text)
                    assert not beside or said == f"{label}：{beside[0]}", (said, beside)


LARGE = {"fields": (URL_ENCODED, b"a=" + b"1" * 10_000_000), "files": (MULTIPART, _part(NAMED, "1" * 10_000_000))}
UNREADABLE = {"nul": b"a\0b", "lone surrogate": b"\xed\xa0\x80", "overlong": b"\xc0\xaf"}


def test_what_is_no_text_is_refused(pages: Pages, form: Form) -> None:
    for name in [*form.fields, "stray"]:
        for about, typed in UNREADABLE.items():
            with pages.moment():
                answer = pages.post(form, pages.fields(form, **{name: typed}))
                assert answer.status_code == 422, (name, about)
                _refused(pages, form, answer, (name, about))
                assert pages.changed() == set(), (name, about)


@pytest.mark.slow
def test_characters_that_hide_are_refused_and_come_back(pages: Pages, form: Form) -> None:
    for name in form.text:
        for typed in HIDING:
            with pages.moment():
                page = _refused(pages, form, pages.post(form, pages.fields(form, **{name: typed})), (name, typed))
                _kept(page, form, name, typed)


def test_several_lines_are_taken_where_there_is_room_for_them(pages: Pages, form: Form) -> None:
    for name in {"note", "needs_note", "reason", "result"}.intersection(form.text):
        with pages.moment():
            answer = pages.post(form, pages.fields(form, **{name: "两行\r\n都要留下"}))  # as browsers send it
            assert answer.status_code == form.status, (name, answer.text)


@pytest.mark.slow
def test_what_is_too_long_is_refused_and_comes_back(pages: Pages, form: Form) -> None:
    """The beginning of the text comes back, at least."""
    for name in (*form.text, *form.numbers[:1], *form.dates):
        typed = LONG if name in form.text else "9" * 100_000
        with pages.moment():
            page = _refused(pages, form, pages.post(form, pages.fields(form, **{name: typed})), name)
            shown = page.typed(name)
            _kept(page, form, name, typed[: len(shown)])
            assert name in form.unseen or len(shown) >= 500, name


def test_ten_megabytes_are_refused(pages: Pages, form: Form) -> None:
    kind, body = LARGE["files" if form.files else "fields"]
    with pages.moment():
        answer = pages.post(form, body=body, kind=kind, headers={"x-csrftoken": pages.token})
        assert answer.status_code == 413
        _refused(pages, form, answer)
        assert pages.changed() == set()


@pytest.mark.slow
def test_numbers_that_are_none_are_refused_and_come_back(pages: Pages, form: Form) -> None:
    for name in form.numbers:
        for typed in NUMBERS:
            with pages.moment():
                answer = pages.post(form, pages.fields(form, **{name: typed}))
                page = clear(answer, (name, typed))
                if answer.status_code >= 400:
                    assert page is not None
                    assert pages.changed() <= form.keeps, (name, typed)
                    _kept(page, form, name, typed)


@pytest.mark.slow
def test_what_a_page_fills_in_may_be_anything(pages: Pages, form: Form) -> None:
    """Nothing fails, and what was typed in the other fields comes back."""
    for name in form.machine:
        for typed in ("9" * 5_000, "1e400", "٣", "²", BIDI):
            with pages.moment():
                answer = pages.post(form, pages.fields(form, **{name: typed}))
                page = clear(answer, (name, typed[:20]))
                if answer.status_code in (400, 409, 412, 422):
                    assert page is not None
                    assert pages.changed() <= form.keeps, (name, typed[:20])
                    for other in form.text:
                        _kept(page, form, other, pages.stage.fill(form.fields[other]))


def test_days_that_are_none_are_refused_and_come_back(pages: Pages, form: Form) -> None:
    for name in form.dates:
        for typed in DATES:
            with pages.moment():
                page = _refused(pages, form, pages.post(form, pages.fields(form, **{name: typed})), typed)
                _kept(page, form, name, typed)


def test_of_repeated_fields_the_last_counts_or_none(pages: Pages, form: Form) -> None:
    with pages.moment():
        right = pages.fields(form)
        twice = [(name, b"zzz") for name, _ in right if name not in form.several] + right
        answer = pages.post(form, twice)
        clear(answer)
        if answer.status_code != form.status:
            assert answer.status_code == 422, answer.text
            assert pages.changed() == set()


@pytest.mark.slow
def test_unknown_fields_change_nothing(pages: Pages, form: Form) -> None:
    def rows() -> dict[str, int]:
        return {name: count for name, (count, _) in pages.written().items()}

    with pages.moment():
        plain, expected = pages.post(form), rows()
    with pages.moment():
        more = {
            "is_admin": "1",
            "seller_id": pages.stage.values["cooperative"],
            "role": "operator",
            "state": "approved",
        }
        more = {name: value for name, value in more.items() if name not in form.fields}
        answer = pages.post(form, pages.fields(form, **more))
        assert answer.status_code == plain.status_code
        assert rows() == expected


def test_an_id_that_is_not_theirs_is_not_there(pages: Pages, form: Form) -> None:
    for name in re.findall(r"{(\w+)}", form.path):
        right = pages.stage.values[name]
        prefix = right.partition("_")[0]
        wrong = {
            "malformed": right[:-1],
            "of another kind": ids.encode("zzz", ids.new_id()),
            "unknown": ids.encode(prefix, ids.new_id()),
            "foreign": pages.stage.foreign.get(name, ids.encode(prefix, ids.new_id())),
            "strange": "%EF%BC%93%D9%A3%20%E2%80%AE",
            "long": f"{prefix}_{'0' * 1_000}",
        }
        for about, given in wrong.items():
            with pages.moment():
                answer = pages.post(form, path=form.path.format_map({**pages.stage.values, name: given}))
                # A coach is told that another has the task; to everybody else it is not there.
                allowed = (404, 409) if (about, prefix) == ("foreign", "tsk") else (404,)
                assert answer.status_code in allowed, about
                _refused(pages, form, answer, about)
                assert pages.changed() == set(), about


def test_a_step_or_act_that_is_none_is_not_there(pages: Pages, form: Form) -> None:
    head, _, tail = form.path.rpartition("/")
    if "{" in tail or not head:
        return  # the path ends in an id
    for last in ("nothing", "Approve", "%00", "%FF", "..%2f..", "claim%20", "٣"):
        with pages.moment():
            answer = pages.post(form, path=f"{pages.stage.fill(head)}/{last}")
            assert answer.status_code in (400, 404, 405, 415), last
            _refused(pages, form, answer, last)
            assert pages.changed() == set(), last
