"""`Index`: checks against a table give what checks against a store give."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import resolver
from resolver.errors import InputError, MappingError
from tests.frames.people import people


@pytest.fixture(scope="module")
def index() -> Iterator[resolver.Index]:
    with resolver.Index(pd.DataFrame(people()), kind="person") as opened:
        yield opened


def test_a_person_is_found_with_all_rows(index: resolver.Index) -> None:
    answer = index.check({"name": "Ivan Petrov", "birthDate": "1950-01-10"})
    assert answer[0].rows == (1000, 2000)
    assert answer[0].probability > 0.5
    assert [match.probability for match in answer] == sorted(
        (match.probability for match in answer), reverse=True
    )
    assert sum(answer[0].weights.values()) == pytest.approx(answer[0].explanation.logodds / 1000)


def test_a_query_may_use_the_columns_of_the_table(index: resolver.Index) -> None:
    row = people()[0]
    answer = index.check({key: row[key] for key in ("first_name", "surname", "dob")})
    assert answer[0].rows == (1000, 2000)


def test_a_stranger_is_not_found(index: resolver.Index) -> None:
    answer = index.check("Bartholomew Quackenbush")
    assert not answer
    assert repr(answer) == "no match"
    assert answer._repr_html_() == "<p>No match.</p>"


def test_more_values_give_more_probability(index: resolver.Index) -> None:
    name = index.check("Ivan Petrov", cutoff=0.0)[0].probability
    both = index.check({"name": "Ivan Petrov", "birthDate": "1950"}, cutoff=0.0)[0].probability
    wrong = index.check({"name": "Ivan Petrov", "birthDate": "1999"}, cutoff=0.0)
    assert both > name
    assert not wrong or wrong[0].probability < name


def test_an_answer_is_shown_as_a_table(index: resolver.Index) -> None:
    answer = index.check("Ivan Petrov", cutoff=0.0)
    assert "Petro" in answer._repr_html_()
    assert "1000, 2000" in answer._repr_html_()
    assert f"{answer[0].probability:.4f}" in repr(answer)
    assert "weight (nats)" in answer[0]._repr_html_()


def test_values_that_cannot_be_read_are_named(index: resolver.Index) -> None:
    with pytest.raises(InputError, match="birthDate 'yesterday'"):
        index.check({"name": "Ivan Petrov", "birthDate": "yesterday"})
    with pytest.raises(MappingError, match=r"birth_dat.*did you mean 'birthDate'"):
        index.check({"name": "Ivan Petrov", "birth_dat": "1962"})
    with pytest.raises(InputError, match="has no value"):
        index.check({"name": None})


def test_queries_are_checked_as_in_the_service(index: resolver.Index) -> None:
    with pytest.raises(InputError, match="lies in the future"):
        index.check({"name": "Ivan Petrov", "birthDate": "2190-01-01"})
    answer = index.check("A")
    assert not answer
    assert answer.warnings == (
        "name 'A' is one letter: nobody is found by it; give the whole name",
    )
    assert repr(answer) == f"no match\nnote: {answer.warnings[0]}"
    assert answer.warnings[0].partition("'")[0] in answer._repr_html_()
    match = index.check("Ivan Petrov", cutoff=0.0)[0]
    assert match.name_similarity == 1.0
    assert "names 1.00" in repr(index.check("Ivan Petrov", cutoff=0.0))


def test_a_table_without_records_is_refused() -> None:
    with pytest.raises(InputError, match="no record"):
        resolver.Index(pd.DataFrame(people()).iloc[:0])


def test_the_store_goes_with_the_index() -> None:
    index = resolver.Index(people()[:4])
    path = index._screener._hub.store.path
    assert path is not None
    folder = Path(path).parent
    assert folder.is_dir()
    del index, path
    gc.collect()
    assert not folder.exists()
