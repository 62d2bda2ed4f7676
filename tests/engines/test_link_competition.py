"""Candidates of a left record compete in `link` as they do in a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from resolver.engines.local import link
from resolver.engines.pair_explanation import explain_links
from resolver.records import Handling, Record
from resolver.records.results.resolution import Links, Outcome, Resolution
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

PASSENGER = record("p:1", name="Kim Yong Chol", nationality="kp")
OTHERS = [
    record(f"o:{number}", name=name, nationality="fr")
    for number, name in enumerate(("Jules Verne", "Emile Zola", "Marie Curie", "Edgar Degas"))
]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def make_listed(*dates: str) -> list[Record]:
    return [
        record(f"l:{number:02d}", name="Kim Yong Chol", birthDate=date, nationality="kp")
        for number, date in enumerate(dates)
    ]


def resolve(listed: Sequence[Record]) -> Resolution:
    return link(make_intake([PASSENGER]), make_intake([*listed, *OTHERS]), OPTIONS)


def link_passenger(listed: Sequence[Record]) -> Links:
    """Return the links of the passenger with listed people, in their order."""
    return resolve(listed).links


def test_four_of_one_name_share_the_probability() -> None:
    dates = ("1921-01-11", "1938-02-14", "1957-03-21", "1979-05-02")
    links = link_passenger(make_listed(*dates))
    assert len(links) == len(dates)
    assert set(links.outcome) == {Outcome.QUEUED}
    assert 0.9 < links.score.sum() <= 1
    assert len(set(links.score)) == 1
    # the two records alone are as likely as without the others
    assert links.record_logodds.min() > 1_000


def test_no_number_of_candidates_is_an_empty_answer() -> None:
    years = range(1900, 2010, 5)
    links = link_passenger(make_listed(*(f"{year}-0{year % 9 + 1}-11" for year in years)))
    assert len(links) == len(years)
    assert links.score.max() < 0.1


def test_candidates_that_would_wait_with_each_other_count_once() -> None:
    one = link_passenger(make_listed("1957-03-21"))
    two = link_passenger(make_listed("1957-03-21", "1957-03-21"))
    assert two.logodds.tolist() == pytest.approx([one.logodds[0]] * 2, abs=300)


def test_restricted_candidates_take_nothing_from_others() -> None:
    *public, third = make_listed("1921-01-11", "1957-03-21", "1979-05-02")
    hidden = replace(third, handling=Handling("Coast", "H2"))
    expected = link_passenger(public)
    links = link_passenger([*public, hidden])
    assert links.logodds[:2].tolist() == expected.logodds.tolist()
    assert links.logodds[2] < links.record_logodds[2]


def test_the_report_says_that_others_fit() -> None:
    resolution = resolve(make_listed("1921-01-11", "1957-03-21"))
    (explanation, _) = explain_links(resolution, OPTIONS, np.arange(2))
    row = explanation.rows[-1]
    assert (row.name, row.weight < -300) == ("competition", True)
    assert sum(item.weight for item in explanation.rows) == explanation.logodds
