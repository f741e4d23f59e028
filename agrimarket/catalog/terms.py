"""Terms: what a listing is found by, and what a search looks for. Pure.

A listing has a term for every Chinese character and every two in a row of its texts, in simplified characters, and for
the beginnings of its other words; its produce and its place also for their pinyin, whole (`caomei`), begun (`caom`) and
by initials (`cm`). Short names and runs of a title are terms as a whole, for who nearly types them. Marks that no text
has stand before what it is filtered by: `#strawberry`, `*fruit`, `@21` `@2106` `@210681`, `+organic`, `>truck`.

A search is first read as it is typed: a word that is a name of produce means that produce, and everything else is
found as it stands. Only where nothing on sale has all of that, it is read as the words that are nearly the same.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Final

from agrimarket.catalog.types.search import Search
from agrimarket.regions.communities.spelling import one_script
from agrimarket.regions.finding import sounds_of, syllables

VERSION: Final = 1
"""Raised whenever a listing's terms are made in another way: a sweep then makes those of older ones anew."""
MAX_WORDS = 4
"""Number of words of a search that are looked at."""
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W_]+")
_LONGEST_HAN, _LONGEST_LATIN = 8, 12
_MOST_PAIRS = 12
_LONGEST_NAME = 4
"""Words of a name of produce in Latin letters at most."""
_ONE_SLIP, _TWO_SLIPS, _HAN_SLIP = 4, 8, 3
"""From how many letters on one or two may be wrong, and from how many Chinese characters on one."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a listing is found by. `produce` are its names in both scripts and English.

    `place` begins with the full name; what follows are names within it, in Chinese and in Latin letters.
    """

    title: str
    product_code: str
    category: str
    produce: Sequence[str]
    region_code: str
    place: Sequence[str]
    seller: str
    certifications: Iterable[str] = ()
    modes: Iterable[str] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a search. `terms` must all be there, if it is read as it was typed.

    Nearly the same are words of the market that share one of the spellings `near`.
    """

    terms: tuple[str, ...]
    typed: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search looks for: `marks` must all be there, and one of each of `either`.

    `produce` is the code of the produce that is asked for, by itself or by its name.
    """

    marks: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    words: tuple[Word, ...] = ()
    """All words, also those that name produce; `besides` are the others."""
    named: str = ""
    besides: tuple[Word, ...] = ()
    city: str = ""
    product: str = ""


@dataclass(slots=True)
class _Lexicon:
    """Names of produce, folded, with the product of each; `longest` of Chinese ones, and their `sounds`."""

    names: dict[str, str] = field(default_factory=dict[str, str])
    aliases: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    sounds: dict[str, str] = field(default_factory=dict[str, str])
    longest: int = 1


def of(listing: Described) -> list[str]:
    """The terms that find a listing."""
    aliases = _lexicon().aliases.get(listing.product_code, ())
    found = set(_written(listing.title, *listing.produce, *aliases))
    found.update(term for term in _written(listing.seller, *listing.place) if len(term) > 1)
    for name in (*listing.produce, *listing.place[1:]):
        found.update(_in_latin(name))
    found.update(vocabulary(listing))
    code = listing.region_code
    found.update([f"#{listing.product_code}", f"*{listing.category}", f"@{code[:2]}", f"@{code[:4]}", f"@{code}"])
    found.update(f"+{each}" for each in listing.certifications)
    found.update(f">{each}" for each in listing.modes)
    return sorted(found)


def vocabulary(listing: Described) -> dict[str, list[str]]:
    """Words of a listing that somebody may nearly type, each with its `spellings`; all are terms of it."""
    aliases = _lexicon().aliases.get(listing.product_code, ())
    names = (*listing.produce, *aliases, *listing.place[1:])
    words: set[str] = set()
    for han, run in _all_runs(listing.title, *names):
        if han and 1 < len(run) <= _LONGEST_HAN:
            words.add(run)
        elif not han and len(run) >= _ONE_SLIP and not run.isdigit():
            words.add(run[:_LONGEST_LATIN])
    words.update(word for name in names for word in _whole_pinyin(name) if len(word) >= _ONE_SLIP)
    return {word: spellings(word) for word in sorted(words)}


def spellings(word: str) -> list[str]:
    """The word, how it sounds if it is Chinese, and what is left of it without one letter, or two of a long one.

    Two words that share one are near: a wrong letter, as well as an exchange of two neighbours, leaves the same behind
    when both lose one.
    """
    found = [word]
    if _HAN.match(word) and len(word) > 1 and (heard := sounds_of(word)):
        found.append(f"~{heard}")
    for count in range(1, slips(word) + 1):
        for gone in combinations(range(len(word)), count):
            found.append("".join(letter for at, letter in enumerate(word) if at not in gone))
    return list(dict.fromkeys(found))


def slips(word: str) -> int:
    """How many slips there may be in a word of that length."""
    if _HAN.match(word):
        return int(len(word) >= _HAN_SLIP)
    return 2 if len(word) >= _TWO_SLIPS else int(len(word) >= _ONE_SLIP)


def wanted(search: Search) -> Wanted | None:
    """What that search looks for; None if no listing can be like it, since its words have no letter.

    Zeros at the end of a region's code mean all of it: `420100` is `4201`, and `420000` is `42`.
    """
    pieces = _pieces(search.q)
    if search.q and not pieces:
        return None
    named, rest = _named(pieces)
    marks = [f"+{each}" for each in search.certifications]
    marks += [f"*{search.category}"] if search.category else []
    marks += [f"#{search.product}"] if search.product else []
    code = search.region
    region = code[:2] if code[2:] in {"", "0000"} else code[:4] if code[4:] in {"", "00"} else code
    marks += [f"@{region}"] if region else []
    return Wanted(
        marks=tuple(marks),
        either=(tuple(f">{mode}" for mode in search.modes),) if search.modes else (),
        words=tuple(map(_word, pieces)),
        named=named,
        besides=tuple(map(_word, rest)),
        city=region if len(region) == _CITY else "",
        product=search.product,
    )


_CITY = 4


def words(q: str) -> list[Word]:
    """The words of a search."""
    return [_word(piece) for piece in _pieces(q)]


def respelled(q: str) -> str:
    """The search with Chinese that sounds like a name of produce written as that name; "" if none does."""
    heard, found, changed = _lexicon().sounds, list[str](), False
    for piece in _pieces(q):
        said = piece
        for length in range(min(4, len(piece)), 1, -1) if _HAN.match(piece) else ():
            for at in range(len(said) - length + 1):
                name = heard.get(sounds_of(said[at : at + length]), "")
                if name and name != said[at : at + length]:
                    said, changed = said[:at] + name + said[at + length :], True
        found.append(said)
    return " ".join(found) if changed else ""


def is_produce(word: str) -> bool:
    """Whether the word is a name of produce, in any script."""
    return word in _lexicon().names


def _named(pieces: list[str]) -> tuple[str, list[str]]:
    """(the produce that the pieces name first, "" if they name none; the other pieces)."""
    names = _lexicon().names
    for length in range(min(_LONGEST_NAME, len(pieces)), 0, -1):
        for at in range(len(pieces) - length + 1):
            said = pieces[at : at + length]
            apart = " " if said[0].isascii() else ""
            if code := names.get(apart.join(said)) or names.get("".join(said)):
                return code, pieces[:at] + pieces[at + length :]
    return "", pieces


def _word(piece: str) -> Word:
    if not _HAN.match(piece):
        begun = piece[:_LONGEST_LATIN]
        return Word((begun,), begun, tuple(spellings(begun)) if slips(begun) else ())
    terms = [piece[at : at + 2] for at in range(max(1, len(piece) - 1))][:_MOST_PAIRS]
    return Word(tuple(dict.fromkeys(terms)), piece, tuple(spellings(piece)) if len(piece) <= _LONGEST_HAN else ())


def _pieces(q: str) -> list[str]:
    """The first words of a search; names of produce in a run of Chinese stand apart from what is around them."""
    found: list[str] = []
    for han, run in _all_runs(q):
        found += _apart(run) if han else [run]
    return list(dict.fromkeys(found))[:MAX_WORDS]


def _apart(run: str) -> list[str]:
    names, longest = _lexicon().names, _lexicon().longest
    for length in range(min(longest, len(run)), 1, -1):
        for at in range(len(run) - length + 1):
            if run[at : at + length] in names:
                before, after = run[:at], run[at + length :]
                return [*(_apart(before) if before else []), run[at : at + length], *(_apart(after) if after else [])]
    return [run]


@cache
def _lexicon() -> _Lexicon:
    """Names and aliases of the shipped produce, with their pinyin. A name that two kinds share is the first one's."""
    made = _Lexicon()
    folder = files("agrimarket.catalog").joinpath("data")
    with folder.joinpath("products.csv").open(encoding="utf-8") as stream:
        named = [
            (row["code"], row[f"name_{each}"]) for row in csv.DictReader(stream) for each in ("hans", "hant", "en")
        ]
    with folder.joinpath("aliases.csv").open(encoding="utf-8") as stream:
        aliases = [(row["code"], row["alias"]) for row in csv.DictReader(stream)]
    for code, alias in aliases:
        made.aliases.setdefault(code, []).append(alias)
    everything = [*named, *aliases]
    for code, name in everything:
        made.names.setdefault(" ".join(_words(name)), code)
    for code, name in everything:
        for other in (*_whole_pinyin(name), *_plurals(name)):
            made.names.setdefault(other, code)
    for name in filter(_HAN.match, made.names):
        if len(name) > 1 and (heard := sounds_of(name)):
            made.sounds.setdefault(heard, name)
    made.longest = max(len(name) for name in made.names if _HAN.match(name))
    return made


def _plurals(name: str) -> list[str]:
    """An English name as it is said of several, of the most usual ways."""
    said = " ".join(_words(name))
    if not said.isascii() or said.endswith("s"):
        return []
    return [f"{said}s", f"{said}es", *([f"{said[:-1]}ies"] if said.endswith("y") else [])]


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return one_script(unicodedata.normalize("NFKC", "".join(c for c in apart if unicodedata.category(c) != "Mn")))


def _words(text: str) -> list[str]:
    return _WORD.findall(_folded(text))


def _all_runs(*texts: str) -> Iterable[tuple[bool, str]]:
    """The words of texts in runs: (whether it is of Chinese characters, the run)."""
    for text in texts:
        for word in _words(text):
            position = 0
            for match in _HAN.finditer(word):
                if match.start() > position:
                    yield False, word[position : match.start()]
                yield True, match.group()
                position = match.end()
            if position < len(word):
                yield False, word[position:]


def _written(*texts: str) -> Iterable[str]:
    for han, run in _all_runs(*texts):
        if han:
            yield from run
            yield from (run[at : at + 2] for at in range(len(run) - 1))
        else:
            yield from (run[:n] for n in range(1, min(len(run), _LONGEST_LATIN) + 1))


def _in_latin(name: str) -> Collection[str]:
    """Pinyin of a Chinese name, from its second letter on as it is typed, and its initials."""
    found: set[str] = set()
    for han, run in _all_runs(name):
        if han and len(run) > 1 and (heard := syllables(run)):
            whole = "".join(heard)
            found.update(whole[:n] for n in range(2, min(len(whole), _LONGEST_LATIN) + 1))
            found.add("".join(each[0] for each in heard)[:_LONGEST_LATIN])
    return found


def _whole_pinyin(name: str) -> list[str]:
    runs = [run for han, run in _all_runs(name) if han and len(run) > 1]
    return ["".join(heard)[:_LONGEST_LATIN] for run in runs if (heard := syllables(run))]
