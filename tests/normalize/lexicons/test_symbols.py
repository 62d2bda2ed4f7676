"""Symbols of name tokens: the table answers as `rigour`, which answers itself without one."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
import rigour._core

from resolver.normalize.lexicons import corpus, symbols
from resolver.normalize.lexicons.corpus import CorpusWords, read_library_words
from resolver.normalize.lexicons.symbol_table import (
    WordTable,
    build_word_table,
    open_word_table,
    write_word_table,
)
from resolver.normalize.lexicons.symbols import VERIFIED_VERSIONS, SymbolSource, analyze_symbols
from resolver.records.prepared.value_flags import NICKNAME_BIT

pytestmark = pytest.mark.slow


LETTERS = (
    "abcdefghijklmnopqrstuvwxyzäöüßčşžđıабвгдийклмнопрстії"
    "αβγςσאבגابتثجحد一二三李王金이박ァーカ々ñ'’-. 12"
)
JOINTS = (" ", "-", "'", ".", " · ", "’", "  ", ". ")


@pytest.fixture(scope="module")
def words() -> CorpusWords:
    library_words = read_library_words()
    assert library_words is not None
    return library_words


@pytest.fixture(scope="module")
def table(words: CorpusWords) -> WordTable:
    return build_word_table(words)


@pytest.fixture
def few() -> WordTable:
    """Return a table of a few words."""
    some_words = CorpusWords()
    for symbol, forms in ((5, {"ivan", "иван"}), (3, {"ivan", "jean", "van der"}), (7, {"van"})):
        some_words.add(forms, symbol)
    return build_word_table(some_words)


def mangled(words: list[str], count: int) -> list[str]:
    """Return unknown words, phrases of known ones, with titles, misspelled, and in capitals."""
    choose = random.Random(1)
    titles = rigour._core.person_name_prefixes_list()
    texts = [*titles, *map(str.lower, titles)]
    for _ in range(count):
        word = choose.choice(words)
        place = choose.randrange(len(word))
        joint = choose.choice(JOINTS)
        texts += [
            "".join(choose.choices(LETTERS, k=choose.randint(1, 9))),
            joint.join(choose.choices(words, k=choose.randint(2, 6))),
            choose.choice(titles) + joint + word,
            word[:place] + choose.choice(LETTERS) + word[place + 1 :],
            word.upper(),
            word.title(),
        ]
    return texts


# The library's own table takes some six seconds and hundreds of megabytes, so one test loads it.
@pytest.mark.slow
def test_the_table_answers_as_the_library(words: CorpusWords, table: WordTable) -> None:
    assert version("rigour") in VERIFIED_VERSIONS
    all_words = list(words.numbers)
    assert len(all_words) > 500_000
    # A part of the words, since all of them take a minute.
    phrases = [word for word in all_words if " " in word][:5_000]
    tokens = [*all_words[::23], *phrases, *mangled(all_words, 3_000)]
    expected = analyze_symbols(tokens)
    assert table.lookup(tokens) == expected
    assert sum(map(bool, expected)) > 30_000
    assert all(
        list(ids) == sorted(set(ids)) and all(0 <= symbol < NICKNAME_BIT for symbol in ids)
        for ids in expected
    )


def test_spellings_of_a_name_share_symbols(table: WordTable) -> None:
    ivan, other, mohammed, arabic, empty, nothing = map(
        set, table.lookup(["ivan", "иван", "mohammed", "محمد", "xyzzy", ""])
    )
    assert ivan & other
    assert mohammed & arabic
    assert not ivan & mohammed
    assert not empty | nothing


def test_phrases_are_found_within_a_token(few: WordTable) -> None:
    assert few.lookup(
        ["van", "van der", "jean van der", "der van", "Van-der Ivan", "der", "Иван"]
    ) == [(7,), (3, 7), (3, 7), (7,), (3, 5, 7), (), (5,)]


def test_single_lookups_equal_array_lookups(few: WordTable) -> None:
    tokens = [
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
    assert [few.lookup([word])[0] for word in tokens] == few.lookup(tokens)


@pytest.mark.parametrize("copies", [1, 20])
def test_an_empty_table_has_no_symbols(copies: int) -> None:
    assert build_word_table(CorpusWords()).lookup(["ivan", "van der"] * copies) == [(), ()] * copies


def test_a_table_is_read_as_it_was_written(tmp_path: Path, few: WordTable) -> None:
    path = tmp_path / "below" / "words.bin"
    write_word_table(path, few)
    read = open_word_table(path)
    assert read is not None
    tokens = ["ivan", "van der", "иван", "nobody"]
    assert read.lookup(tokens) == few.lookup(tokens)
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
    write_word_table(path, few)
    path.write_bytes(harm(path.read_bytes()))
    assert open_word_table(path) is None


def test_a_source_builds_its_table_once_and_again_if_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library_words = CorpusWords()
    library_words.add({"ivan", "jean"}, 5)
    count: list[CorpusWords] = []

    def library() -> CorpusWords:
        count.append(library_words)
        return library_words

    monkeypatch.setattr(corpus, "read_library_words", library)
    source = SymbolSource(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(source.lookup, [["ivan"], ["jean"], ["x"], ["ivan"]])) == [
            [(5,)],
            [(5,)],
            [()],
            [(5,)],
        ]
    assert SymbolSource(tmp_path).lookup(["jean"]) == [(5,)]
    assert len(count) == 1
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert SymbolSource(tmp_path).lookup(["jean"]) == [(5,)]
    assert SymbolSource(tmp_path).lookup(["jean"]) == [(5,)]
    assert len(count) == 2


def test_answers_do_not_need_a_writable_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library_words = CorpusWords()
    library_words.add({"ivan", "jean"}, 5)
    monkeypatch.setattr(corpus, "read_library_words", lambda: library_words)
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", None):
        assert SymbolSource(folder).lookup(["ivan", "anna"]) == [(5,), ()]


def test_tables_of_other_versions_must_agree_with_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library_words = CorpusWords()
    library_words.add({"ivan"}, 5)
    monkeypatch.setattr(corpus, "read_library_words", lambda: library_words)
    monkeypatch.setattr(symbols, "VERIFIED_VERSIONS", frozenset())
    monkeypatch.setattr(symbols, "analyze_symbols", lambda tokens: [(5,) for _ in tokens])
    assert SymbolSource(None).lookup(["ivan", "anna"]) == [(5,), ()]
    monkeypatch.setattr(symbols, "analyze_symbols", lambda tokens: [(6,) for _ in tokens])
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
def test_libraries_of_another_form_are_used_directly(
    monkeypatch: pytest.MonkeyPatch, texts: list[bytes]
) -> None:
    monkeypatch.setattr(corpus, "_texts", lambda: iter(texts))
    monkeypatch.setattr(symbols, "analyze_symbols", lambda tokens: [(9,) for _ in tokens])
    assert read_library_words() is None
    assert SymbolSource(None).lookup(["ivan"]) == [(9,)]


def test_lines_and_tables_of_the_library_become_words(monkeypatch: pytest.MonkeyPatch) -> None:
    table = (
        b'{"person_symbols": {"jr": ["Junior", ""]}, "person_name_parts": {},'
        b' "person_nick": {"bill": ["Billy"]}}'
    )
    names = "ivan, jean, Йван => Q1\n\nalone, Alone => Q2\nvan-der, O’Neil => X3\n".encode()
    monkeypatch.setattr(corpus, "_texts", lambda: iter([names, table]))
    library_words = read_library_words()
    assert library_words is not None
    assert sorted(library_words.numbers) == [
        "billy",
        "ivan",
        "jean",
        "junior",
        "oneil",
        "van der",
        "йван",
    ]
    assert len(set(library_words.symbols)) == 4
