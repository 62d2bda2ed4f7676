"""Look-up of words, by names that are alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from resolver.matching.blocking.keys import identity_tokens, mix, prefilter_arrays
from resolver.matching.blocking.word_lookup import (
    Numbers,
    ProfileMask,
    WordScores,
    index_names,
    seek_words,
)
from resolver.matching.kernels.word_codes import FOREIGN_SALT, LATIN_SALT, Way
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import load_models
from resolver.names.scripts.sounds import ScriptSounds
from resolver.records import Batch, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.runtime.text_hashes import TextLetters
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


NAMES = (
    "Ivan Petrov",
    "John Smith",
    "Maria Quispe",
    "Katharina Braun",
    "Ivan Smirnov",
    "Jon Smyth",
    "Ann Lee",
)


def prepared(*records: Record) -> PreparedBatch:
    return normalize(Batch.from_records(records).canonical(), load_models())


@pytest.fixture(scope="module")
def profiles() -> PreparedBatch:
    some = [
        record(f"a:{at}", name=name, birthDate=f"19{60 + at}-0{at + 1}-05")
        for at, name in enumerate(NAMES)
    ]
    return prepared(*some)


def best(
    query: PreparedBatch,
    profiles: PreparedBatch,
    mask: npt.NDArray[np.bool_],
    limit: int,
    scores: WordScores | None = None,
) -> tuple[Numbers, Numbers]:
    """Return the rows of profiles with the best sums, and the sums."""
    return (scores or WordScores()).best(
        seek_words(query, TextLetters.of(query.tokens.texts)),
        index_names(profiles),
        prefilter_arrays(query),
        prefilter_arrays(profiles),
        ProfileMask.of(mask),
        limit,
    )


def names_found(
    profiles: PreparedBatch, query_record: Record, most: int = 50, scores: WordScores | None = None
) -> list[str]:
    query = prepared(query_record)
    mask = np.ones(len(profiles), dtype=bool)
    rows, totals = best(query, profiles, mask, most, scores)
    return [NAMES[row] for row in rows[np.argsort(-totals, kind="stable")].tolist()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Petrov", {"Ivan Petrov"}),
        ("Pteorv Ivan", {"Ivan Petrov", "Ivan Smirnov"}),
        ("Smiht", {"John Smith"}),
        ("Catharina Brown", {"Katharina Braun"}),
        ("Maria Quispes", {"Maria Quispe"}),
        ("Mariaquispe", {"Maria Quispe"}),
        ("Pet Rov", {"Ivan Petrov"}),
        # Three letters, and the same with one more.
        ("Mari Lee", {"Maria Quispe", "Ann Lee"}),
        ("Lees", {"Ann Lee"}),
        ("Ivn", {"Ivan Petrov", "Ivan Smirnov"}),
        ("Johnsmiht", set()),
        ("Xu Qo", set()),
    ],
)
def test_words_alike_are_found(name: str, expected: set[str], profiles: PreparedBatch) -> None:
    assert expected <= set(names_found(profiles, record("q:1", name=name)))
    assert bool(expected) == bool(names_found(profiles, record("q:1", name=name)))


def test_higher_sums_come_first_and_buffers_are_cleared(profiles: PreparedBatch) -> None:
    scores = WordScores()
    first = names_found(profiles, record("q:1", name="Ivan Petrov"), scores=scores)
    assert first[0] == "Ivan Petrov"
    assert (
        names_found(profiles, record("q:1", name="Maria Quispe"), scores=scores)[0]
        == "Maria Quispe"
    )
    assert names_found(profiles, record("q:1", name="Ivan Petrov"), scores=scores) == first


def test_births_of_the_query_are_kept_among_many() -> None:
    years = range(1930, 2000)
    some = prepared(
        *(record(f"a:{year}", name=f"Ivan P{year}", birthDate=f"{year}-03-04") for year in years)
    )
    query = prepared(record("q:1", name="Ivan Other", birthDate="1977"))
    mask = np.ones(len(some), dtype=bool)
    rows, _ = best(query, some, mask, 5)
    assert 1977 - 1930 in rows.tolist()
    assert len(rows) <= 6


def test_masked_profiles_are_not_found(profiles: PreparedBatch) -> None:
    query = prepared(record("q:1", name="Ivan"))
    mask = np.arange(len(profiles)) != 0
    rows, _ = best(query, profiles, mask, 50)
    assert 0 not in rows.tolist()
    assert 4 in rows.tolist()


def test_no_profiles_and_no_words(profiles: PreparedBatch) -> None:
    assert names_found(profiles, record("q:1", name="-")) == []
    no_profiles = prepared()
    query = prepared(record("q:1", name="Ivan"))
    none = np.zeros(0, dtype=bool)
    rows, _ = best(query, no_profiles, none, 5)
    assert len(rows) == 0


@pytest.mark.parametrize(
    "name", ["Ivan Petrov", "Li Xu", "Мария O'Neill-Ali", "Ab", "Ahmad ʿAbd Yusuf", "王 明"]
)
def test_codes_of_a_query_are_those_of_indexed_words(name: str) -> None:
    query = prepared(record("q:1", name=name))
    query_record, profiles = (
        seek_words(query, TextLetters.of(query.tokens.texts)),
        index_names(query),
    )
    used = np.flatnonzero(identity_tokens(query))
    # words are looked up by their consonant classes only in names of other scripts
    words = ScriptSounds.of(query, TextLetters.of(query.tokens.texts)).words.items.astype(np.uint64)
    heard = np.concatenate([mix(words, np.uint64(salt)) for salt in (LATIN_SALT, FOREIGN_SALT)])
    # Neighbors written together come after the words.
    assert len(query_record.offsets) == len(query_record.rarity) + 1 >= len(used) + 1
    for number, token in enumerate(used.tolist()):
        part = slice(query_record.offsets[number], query_record.offsets[number + 1])
        codes = query_record.codes[part][query_record.ways[part] != Way.CLASSES]
        indexed = profiles.codes[profiles.coded == token]
        indexed = indexed[~np.isin(indexed, heard)]
        assert sorted(codes.tolist()) == indexed.tolist()
        assert query_record.ways[part].tolist() == sorted(query_record.ways[part].tolist())


def test_equal_words_are_counted_however_common(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rarer spellings must not be the only words counted of a common name."""
    bearers = [record(f"a:{at:03d}", name="Ali Hussein") for at in range(30)]
    alike = [
        record(f"b:{at:03d}", name=f"Aly{letter} Husein{letter}")
        for at, letter in enumerate("abcdefgh")
    ]
    profiles, query = prepared(*bearers, *alike), prepared(record("q:1", name="Ali Hussein"))
    mask = np.ones(len(profiles), dtype=bool)
    for budget in (1_000, 64):
        monkeypatch.setattr("resolver.matching.blocking.word_lookup.BEARER_BUDGET", budget)
        rows, totals = best(query, profiles, mask, 50)
        assert set(rows[totals == totals.max()].tolist()) == set(range(30))
    # If the budget is too small for equal words, too, the rarest words come first.
    monkeypatch.setattr("resolver.matching.blocking.word_lookup.BEARER_BUDGET", 20)
    rows, _ = best(query, profiles, mask, 50)
    assert not set(rows.tolist()) & set(range(30))


SCRIPTS = (
    ("Janez Janša", "亚内兹·扬沙"),
    ("Wladimir Putin", "Владимир Путин"),
    ("Mohammed bin Salman", "محمد بن سلمان"),
    ("Kim Jong Un", "김정은"),
    ("Binyamin Netanyahu", "בנימין נתניהו"),
    ("Gordon Whitfield", "ゴードン・ホイットフィールド"),
    ("Thaksin Shinawatra", "ทักษิณ ชินวัตร"),
)


def rows_found(name: str, *stored: str) -> list[int]:
    profiles = prepared(*(record(f"a:{at}", name=text) for at, text in enumerate(stored)))
    mask = np.ones(len(stored), dtype=bool)
    return sorted(best(prepared(record("q:1", name=name)), profiles, mask, 3)[0].tolist())


@pytest.mark.parametrize(("name", "other"), [*SCRIPTS, *(pair[::-1] for pair in SCRIPTS)])
def test_a_name_finds_its_spelling_in_another_script(name: str, other: str) -> None:
    assert len(NAMES) in rows_found(name, *NAMES, other)


def test_every_word_of_another_script_is_found_by_its_sound() -> None:
    assert rows_found("亚内兹·扬沙", "Janez Novak", "Peter Janša") == [0, 1]
    assert rows_found("Gordon Brown", "ゴードン・ホイットフィールド", "Иван Петров") == [0]


def test_a_latin_name_does_not_find_others_of_its_consonants() -> None:
    assert rows_found("Ramiro Melano", "Lanilo Nerama") == []
