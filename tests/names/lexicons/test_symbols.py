"""Symbols of name tokens: the table answers as `rigour`, whose names these are."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import rigour._core
from rigour.names import NameTypeTag, SymbolCategory, analyze_names

from resolver.names.lexicons import symbols
from resolver.names.lexicons.symbols import (
    MAX_SYMBOLS,
    CorpusWords,
    SymbolSource,
    WordTable,
    build_word_table,
    open_word_table,
    read_words,
    write_word_table,
)
from resolver.names.name_tokens import symbol_id
from resolver.records.prepared.value_flags import NICKNAME_BIT
from resolver.reference import RIGOUR_VERSION

pytestmark = pytest.mark.slow


LETTERS = (
    "abcdefghijklmnopqrstuvwxyzäöüßčşžđıабвгдийклмнопрстії"
    "αβγςσאבגابتثجحد一二三李王金이박ァーカ々ñ'’-. 12"
)
JOINTS = (" ", "-", "'", ".", " · ", "’", "  ", ". ")


@pytest.fixture(scope="module")
def words() -> CorpusWords:
    return read_words()


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


def analyze_symbols(tokens: list[str]) -> list[tuple[int, ...]]:
    """Return the symbols that the library finds in each token."""
    categories = (SymbolCategory.NAME, SymbolCategory.NICK, SymbolCategory.SYMBOL)
    answers = []
    for token in tokens:
        names = analyze_names(NameTypeTag.PER, [token], phonetics=False, numerics=False)
        symbols = {
            symbol_id(span.symbol.category.value, span.symbol.id)
            for name in names
            for span in name.spans
            if span.symbol.category in categories
        }
        answers.append(tuple(sorted(symbols)[:MAX_SYMBOLS]))
    return answers


# The library's own table takes some six seconds and hundreds of megabytes, so one test loads it.
@pytest.mark.slow
@pytest.mark.parametrize(
    "count", [3_000, pytest.param(30_000, marks=pytest.mark.nightly)], ids=["suite", "nightly"]
)
def test_the_table_answers_as_the_library(words: CorpusWords, table: WordTable, count: int) -> None:
    """Compare a sample of the words and phrases, since all take minutes, and what is near them."""
    all_words = list(words.numbers)
    assert len(all_words) > 500_000
    choose = random.Random(2)
    phrases = [word for word in all_words if " " in word]
    sample = [*choose.sample(all_words, count), *choose.sample(phrases, count // 5)]
    tokens = [*sample, *mangled(all_words, count // 6)]
    expected = analyze_symbols(tokens)
    assert table.lookup(tokens) == expected
    assert sum(map(bool, expected)) > len(sample) * 0.9
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

    monkeypatch.setattr(symbols, "read_words", library)
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


def test_a_table_that_the_wheel_brings_is_not_built_again(
    tmp_path: Path, few: WordTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_word_table(tmp_path / f"words-{RIGOUR_VERSION}.bin", few)
    monkeypatch.setattr(symbols, "FOLDER", tmp_path)
    monkeypatch.setattr(symbols, "read_words", lambda: pytest.fail("built what is there"))
    assert SymbolSource(None).lookup(["ivan", "van"]) == [(3, 5), (7,)]


def test_answers_do_not_need_a_writable_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library_words = CorpusWords()
    library_words.add({"ivan", "jean"}, 5)
    monkeypatch.setattr(symbols, "read_words", lambda: library_words)
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", None):
        assert SymbolSource(folder).lookup(["ivan", "anna"]) == [(5,), ()]


def test_lines_and_tables_become_words(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [("Q1", ["ivan", "jean", "Йван"]), ("Q2", ["alone", "Alone"])]
    monkeypatch.setattr(
        symbols, "name_lines", lambda: iter([*lines, ("X3", ["van-der", "O’Neil"])])
    )
    others = [("SYMBOL", "JR", ["Junior", ""]), ("NICK", "BILL", ["Billy"])]
    monkeypatch.setattr(symbols, "word_symbols", lambda: iter(others))
    words = read_words()
    assert sorted(words.numbers) == [
        "billy",
        "ivan",
        "jean",
        "junior",
        "oneil",
        "van der",
        "йван",
    ]
    assert len(set(words.symbols)) == 4
