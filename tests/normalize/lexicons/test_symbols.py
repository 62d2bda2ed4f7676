"""Symbols of name tokens: the prepared table says what `rigour` says, and where it cannot be had, `rigour` is asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
import rigour._core

from resolver.normalize.lexicons import corpus, symbols
from resolver.normalize.lexicons.corpus import Words, words_of_library
from resolver.normalize.lexicons.symbol_table import (
    WordTable,
    open_table,
    table_of,
    write_table,
)
from resolver.normalize.lexicons.symbols import PROVEN, SymbolSource, person_symbols
from resolver.records.prepared.batch import NICKNAME_BIT

LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßčşžđıабвгдийклмнопрстіїαβγςσאבגابتثجحد一二三李王金이박ァーカ々ñ'’-. 12"
JOINTS = (" ", "-", "'", ".", " · ", "’", "  ", ". ")


@pytest.fixture(scope="module")
def words() -> Words:
    found = words_of_library()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def table(words: Words) -> WordTable:
    return table_of(words)


@pytest.fixture
def few() -> WordTable:
    """A table of a few words."""
    held = Words()
    for symbol, forms in ((5, {"ivan", "иван"}), (3, {"ivan", "jean", "van der"}), (7, {"van"})):
        held.add(forms, symbol)
    return table_of(held)


def mangled(known: list[str], count: int) -> list[str]:
    """Words nobody knows, phrases of some that are known, with and without titles, misspelt ones, and capitals."""
    choose = random.Random(1)
    titles = rigour._core.person_name_prefixes_list()
    made = [*titles, *map(str.lower, titles)]
    for _ in range(count):
        word = choose.choice(known)
        place = choose.randrange(len(word))
        joint = choose.choice(JOINTS)
        made += [
            "".join(choose.choices(LETTERS, k=choose.randint(1, 9))),
            joint.join(choose.choices(known, k=choose.randint(2, 6))),
            choose.choice(titles) + joint + word,
            word[:place] + choose.choice(LETTERS) + word[place + 1 :],
            word.upper(),
            word.title(),
        ]
    return made


# The library's own table takes some six seconds and hundreds of megabytes, so one test loads it.
@pytest.mark.slow
def test_the_table_says_what_the_library_says(words: Words, table: WordTable) -> None:
    assert version("rigour") in PROVEN
    known = list(words.numbers)
    assert len(known) > 500_000
    # a part of the words, another each time they are cut otherwise: all of them take a minute
    asked = [*known[::23], *[word for word in known if " " in word][:5_000], *mangled(known, 3_000)]
    wanted = person_symbols(asked)
    assert table.lookup(asked) == wanted
    assert sum(map(bool, wanted)) > 30_000
    assert all(
        list(ids) == sorted(set(ids)) and all(0 <= one < NICKNAME_BIT for one in ids)
        for ids in wanted
    )


def test_spellings_of_one_name_meet(table: WordTable) -> None:
    ivan, other, mohammed, arabic, nobody, nothing = map(
        set, table.lookup(["ivan", "иван", "mohammed", "محمد", "xyzzy", ""])
    )
    assert ivan & other
    assert mohammed & arabic
    assert not ivan & mohammed
    assert not nobody | nothing


def test_phrases_are_found_within_a_token(few: WordTable) -> None:
    assert few.lookup(["van", "van der", "jean van der", "der van", "Van-der Ivan", "der", "Иван"]) == [
        (7,), (3, 7), (3, 7), (7,), (3, 5, 7), (), (5,)
    ]  # fmt: skip


def test_words_are_found_one_by_one_as_in_arrays(few: WordTable) -> None:
    asked = [
        "van",
        "Van-der Ivan",
        "ivan",
        "",
        "jean",
        "иван",
        "van der",
        "zz",
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
    ]
    assert [few.lookup([word])[0] for word in asked] == few.lookup(asked)


@pytest.mark.parametrize("copies", [1, 20])
def test_an_empty_table_knows_nothing(copies: int) -> None:
    assert table_of(Words()).lookup(["ivan", "van der"] * copies) == [(), ()] * copies


def test_a_table_is_read_as_it_was_written(tmp_path: Path, few: WordTable) -> None:
    path = tmp_path / "below" / "words.bin"
    write_table(path, few)
    read = open_table(path)
    assert read is not None
    asked = ["ivan", "van der", "иван", "nobody"]
    assert read.lookup(asked) == few.lookup(asked)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:20],
        lambda data: b"",
        lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
        lambda data: b"WORDS" + data[5:],
    ],
)
def test_a_damaged_table_is_none(
    tmp_path: Path, few: WordTable, harm: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "words.bin"
    write_table(path, few)
    path.write_bytes(harm(path.read_bytes()))
    assert open_table(path) is None


def test_a_source_makes_its_table_once_and_mends_a_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Words()
    held.add({"ivan", "jean"}, 5)
    made: list[Words] = []

    def library() -> Words:
        made.append(held)
        return held

    monkeypatch.setattr(corpus, "words_of_library", library)
    source = SymbolSource(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(source.lookup, [["ivan"], ["jean"], ["x"], ["ivan"]])) == [
            [(5,)],
            [(5,)],
            [()],
            [(5,)],
        ]
    assert SymbolSource(tmp_path).lookup(["jean"]) == [(5,)]
    assert len(made) == 1
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert SymbolSource(tmp_path).lookup(["jean"]) == [(5,)]
    assert SymbolSource(tmp_path).lookup(["jean"]) == [(5,)]
    assert len(made) == 2


def test_a_folder_that_cannot_be_written_costs_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Words()
    held.add({"ivan", "jean"}, 5)
    monkeypatch.setattr(corpus, "words_of_library", lambda: held)
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", None):
        assert SymbolSource(folder).lookup(["ivan", "anna"]) == [(5,), ()]


def test_of_another_version_only_a_table_that_agrees_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Words()
    held.add({"ivan"}, 5)
    monkeypatch.setattr(corpus, "words_of_library", lambda: held)
    monkeypatch.setattr(symbols, "PROVEN", frozenset())
    monkeypatch.setattr(symbols, "person_symbols", lambda tokens: [(5,) for _ in tokens])
    assert SymbolSource(None).lookup(["ivan", "anna"]) == [(5,), ()]
    monkeypatch.setattr(symbols, "person_symbols", lambda tokens: [(6,) for _ in tokens])
    assert SymbolSource(tmp_path).lookup(["ivan", "anna"]) == [(6,), (6,)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [b"ivan, jean => Q1\n"],
        [b'{"person_symbols": {}, "person_name_parts": {}, "person_nick": {}}'],
        [
            b'{"person_symbols": {}, "person_name_parts": {}, "person_nick": {}}',
            b"ivan, jean => Q1\nanna => other\n",
        ],
        [b"{", b"[]", b'{"person_nick": {}}', b"ivan, jean => Q1\n"],
    ],
)
def test_a_library_of_another_make_is_asked_itself(
    monkeypatch: pytest.MonkeyPatch, texts: list[bytes]
) -> None:
    monkeypatch.setattr(corpus, "_texts", lambda: iter(texts))
    monkeypatch.setattr(symbols, "person_symbols", lambda tokens: [(9,) for _ in tokens])
    assert words_of_library() is None
    assert SymbolSource(None).lookup(["ivan"]) == [(9,)]


def test_lines_and_tables_of_the_library_become_words(monkeypatch: pytest.MonkeyPatch) -> None:
    table = b'{"person_symbols": {"jr": ["Junior", ""]}, "person_name_parts": {}, "person_nick": {"bill": ["Billy"]}}'
    names = "ivan, jean, Йван => Q1\n\nalone, Alone => Q2\nvan-der, O’Neil => X3\n".encode()
    monkeypatch.setattr(corpus, "_texts", lambda: iter([names, table]))
    found = words_of_library()
    assert found is not None
    assert sorted(found.numbers) == ["billy", "ivan", "jean", "junior", "oneil", "van der", "йван"]
    assert len(set(found.symbols)) == 4
