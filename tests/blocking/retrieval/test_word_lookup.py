"""Words looked up, against the obvious way: every word of the query with every word that is held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from resolver.blocking.keys import identity_tokens
from resolver.blocking.prefilter import arrays
from resolver.blocking.retrieval.word_lookup import Scores, sought, words_of
from resolver.pipeline import load_models, prepared_of
from resolver.records import Batch, Record
from resolver.records.prepared.batch import Prepared
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
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


def prepared(*records: Record) -> Prepared:
    return prepared_of(Batch.from_records(records).canonical(), load_models())


@pytest.fixture(scope="module")
def held() -> Prepared:
    some = [
        record(f"a:{at}", name=name, birthDate=f"19{60 + at}-0{at + 1}-05")
        for at, name in enumerate(NAMES)
    ]
    return prepared(*some)


def found(held: Prepared, asked: Record, most: int = 50, scores: Scores | None = None) -> list[str]:
    query = prepared(asked)
    kept = np.ones(len(held), dtype=bool)
    best = (scores or Scores()).best(
        sought(query), words_of(held), arrays(query), arrays(held), kept, most
    )
    rows, said = best
    return [NAMES[row] for row in rows[np.argsort(-said, kind="stable")].tolist()]


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
        # three letters and the same with one more
        ("Mari Lee", {"Maria Quispe", "Ann Lee"}),
        ("Lees", {"Ann Lee"}),
        ("Ivn", {"Ivan Petrov", "Ivan Smirnov"}),
        ("Johnsmiht", set()),
        ("Xu Qo", set()),
    ],
)
def test_words_alike_are_found(name: str, expected: set[str], held: Prepared) -> None:
    assert expected <= set(found(held, record("q:1", name=name)))
    assert bool(expected) == bool(found(held, record("q:1", name=name)))


def test_who_says_more_comes_first_and_nothing_is_left_behind(held: Prepared) -> None:
    scores = Scores()
    first = found(held, record("q:1", name="Ivan Petrov"), scores=scores)
    assert first[0] == "Ivan Petrov"
    assert found(held, record("q:1", name="Maria Quispe"), scores=scores)[0] == "Maria Quispe"
    assert found(held, record("q:1", name="Ivan Petrov"), scores=scores) == first


def test_of_many_those_born_as_asked_are_kept() -> None:
    years = range(1930, 2000)
    some = prepared(
        *(record(f"a:{year}", name=f"Ivan P{year}", birthDate=f"{year}-03-04") for year in years)
    )
    query = prepared(record("q:1", name="Ivan Other", birthDate="1977"))
    kept = np.ones(len(some), dtype=bool)
    rows, _ = Scores().best(sought(query), words_of(some), arrays(query), arrays(some), kept, 5)
    assert 1977 - 1930 in rows.tolist()
    assert len(rows) <= 6


def test_who_is_not_kept_is_not_found(held: Prepared) -> None:
    query = prepared(record("q:1", name="Ivan"))
    kept = np.arange(len(held)) != 0
    rows, _ = Scores().best(sought(query), words_of(held), arrays(query), arrays(held), kept, 50)
    assert 0 not in rows.tolist()
    assert 4 in rows.tolist()


def test_nobody_and_no_words(held: Prepared) -> None:
    assert found(held, record("q:1", name="-")) == []
    nobody = prepared()
    query = prepared(record("q:1", name="Ivan"))
    none = np.zeros(0, dtype=bool)
    rows, _ = Scores().best(sought(query), words_of(nobody), arrays(query), arrays(nobody), none, 5)
    assert len(rows) == 0


@pytest.mark.parametrize(
    "name", ["Ivan Petrov", "Li Xu", "Мария O'Neill-Ali", "Ab", "Ahmad ʿAbd Yusuf", "王 明"]
)
def test_the_codes_of_a_query_are_those_of_held_words(name: str) -> None:
    query = prepared(record("q:1", name=name))
    asked, held = sought(query), words_of(query)
    used = np.flatnonzero(identity_tokens(query))
    # neighbours written together come after the words
    assert len(asked.offsets) == len(asked.rarity) + 1 >= len(used) + 1
    for number, token in enumerate(used.tolist()):
        part = slice(asked.offsets[number], asked.offsets[number + 1])
        assert sorted(asked.codes[part].tolist()) == held.codes[held.coded == token].tolist()
        assert asked.ways[part].tolist() == sorted(asked.ways[part].tolist())


def test_the_very_words_are_counted_however_common(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a name made of common words rarer spellings of these must not be all that is left."""
    bearers = [record(f"a:{at:03d}", name="Ali Hussein") for at in range(30)]
    alike = [
        record(f"b:{at:03d}", name=f"Aly{letter} Husein{letter}")
        for at, letter in enumerate("abcdefgh")
    ]
    held, query = prepared(*bearers, *alike), prepared(record("q:1", name="Ali Hussein"))
    kept = np.ones(len(held), dtype=bool)
    for budget in (1_000, 64):
        monkeypatch.setattr("resolver.blocking.retrieval.word_lookup.BUDGET", budget)
        rows, said = Scores().best(
            sought(query), words_of(held), arrays(query), arrays(held), kept, 50
        )
        assert set(rows[said == said.max()].tolist()) == set(range(30))
    # where there is no room even for these, the rarest come first as ever
    monkeypatch.setattr("resolver.blocking.retrieval.word_lookup.BUDGET", 20)
    rows, _ = Scores().best(sought(query), words_of(held), arrays(query), arrays(held), kept, 50)
    assert not set(rows.tolist()) & set(range(30))
