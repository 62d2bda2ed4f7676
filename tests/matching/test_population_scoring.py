"""Share of true pairs of a run, within one list and across lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from resolver.engines.local import LocalEngine
from resolver.engines.pair_explanation import explain_pair
from resolver.matching.pipeline import resolve
from resolver.matching.population_scoring import score_in_population
from resolver.matching.resolution_task import ResolutionTask, RunOptions
from resolver.matching.scoring.source_shifts import BIN, shift_histogram
from resolver.matching.scoring.terms import threshold_logodds
from resolver.models.loader import KINDS
from resolver.records import Batch, Record
from resolver.records.prepared.population import KindPopulation, Partners, Population
from resolver.records.record import Handling
from resolver.records.results.resolution import StageMeter
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow

GIVEN = "Adam Boris Carlos Dmitri Emil Farid Georg Hassan Igor Jonas Karim Lars Milan Nuno".split()
FAMILY = "Adler Bakri Costa Dorin Egger Fontes Galic Haddad Ilic Jansen Kovac Lopes Moreau".split()
ENDINGS = ("", "ard", "elle", "ino", "us", "man", "ov", "sen")
"""Endings of names, for lists in which few people have the same name."""


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def people(source: str, count: int, seed: int = 8, endings: Sequence[str] = ("",)) -> list[Record]:
    """Return persons of a list, the same in every list made with one seed."""
    chance = np.random.default_rng(seed)
    records = []
    for number in range(count):
        first, last = (
            f"{chance.choice(words)}{endings[int(chance.integers(len(endings)))]}"
            for words in (GIVEN, FAMILY)
        )
        year, month, day = chance.integers((1950, 1, 1), (1990, 13, 29)).tolist()
        born = f"{year}-{month:02d}-{day:02d}"
        records.append(record(f"{source}:{number}", name=f"{first} {last}", birthDate=born))
    return records


def measure(records: Sequence[Record], deduplicated_sources: Sequence[str] = ()) -> Population:
    batch = Batch.from_records(records).canonical()
    task = ResolutionTask.build(batch, deduplicated_sources, RunOptions(workers=1))
    task, _ = score_in_population(task, LocalEngine(), StageMeter())
    assert task.models.population is not None
    return task.models.population


def shifts(population: Population) -> tuple[int, int]:
    persons: KindPopulation = population.of("person")
    return persons.within, persons.across


def test_one_list_holds_a_person_less_often_than_two_do() -> None:
    within, across = shifts(measure([*people("a", 300), *people("b", 300)]))
    assert within < -150
    assert across > 200


def test_a_single_list_has_one_share() -> None:
    assert shifts(measure(people("a", 300))) == (0, 0)


def test_lists_that_copy_each_other_are_told_from_one_of_other_people() -> None:
    # with few names, look-alikes of list c would hide that it shares nobody with the others
    lists = (("a", 8), ("b", 8), ("c", 9))
    records = [item for name, seed in lists for item in people(name, 300, seed, ENDINGS)]
    sources = {source.name: source for source in measure(records).of("person").sources}
    assert min(sources["a"].across, sources["b"].across) > 200
    assert sources["c"].across < -500
    assert not measure(people("a", 300)).of("person").sources


def test_counted_pairs_have_the_scores_of_their_lists() -> None:
    """Charts of a run add up to the scores of its pairs, to half a bin of log-odds."""
    records = [*people("a", 300), *people("b", 300), *people("c", 300, seed=9)]
    batch = Batch.from_records(records).canonical()
    task = ResolutionTask.build(batch, (), RunOptions(workers=1))
    task, scored = score_in_population(task, LocalEngine(), StageMeter())
    histogram = shift_histogram(scored.partner_counts, task.shifts)
    assert histogram.counts.sum() == len(scored.left)
    for score in (0.1, 0.5, 0.9):
        lowest = threshold_logodds(score)
        least, most = (
            int((scored.logodds >= lowest + part).sum()) for part in (BIN // 2, -BIN // 2)
        )
        assert least <= histogram.counts[histogram.scores >= score].sum() <= most


def test_scores_do_not_depend_on_parts_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [*people("a", 300), *people("b", 300), *people("c", 300, seed=9)]
    handling = Handling(agency="customs", code="H3")
    hidden = [replace(item, handling=handling) for item in people("d", 40)]
    batch = Batch.from_records([*records, *hidden]).canonical()
    runs = []
    for size, workers in ((1 << 20, 1), (97, 2)):
        monkeypatch.setattr("resolver.matching.population_scoring._PAIRS_PER_PART", size)
        task = ResolutionTask.build(batch, ("a",), RunOptions(workers=workers))
        runs.append(score_in_population(task, LocalEngine(), StageMeter()))
    (task, scored), (other_task, others) = runs
    assert len(scored.left) > 200
    assert len(set(scored.logodds.tolist())) > 20
    assert scored.logodds.tolist() == others.logodds.tolist()
    assert scored.histogram.tolist() == others.histogram.tolist()
    assert task.models.population == other_task.models.population
    assert scored.partner_counts.keys() == others.partner_counts.keys()
    for key, counts in scored.partner_counts.items():
        assert counts.tolist() == others.partner_counts[key].tolist()


def with_errors(source: str, share: float) -> list[Record]:
    """Return persons of a list, 300 of them twice; a `share` of these have another birth month."""
    chance = np.random.default_rng(3)
    records, copies = people(source, 1_000, endings=ENDINGS), []
    for number, item in enumerate(records[:300]):
        (born,) = item.texts("birthDate")
        if chance.random() < share:
            born = f"{born[:5]}{int(born[5:7]) % 12 + 1:02d}{born[7:]}"
        name = item.caption
        copies.append(record(f"{source}:copy-{number}", name=name, birthDate=born))
    return [*records, *copies]


def test_common_errors_in_dates_say_less_against_a_pair() -> None:
    assert measure(with_errors("a", 0.02)).of("person").date_errors == 0
    batch = Batch.from_records(with_errors("a", 0.4)).canonical()
    task = ResolutionTask.build(batch, (), RunOptions(workers=1))
    task, scored = score_in_population(task, LocalEngine(), StageMeter())
    population = task.models.population
    assert population is not None
    persons = population.of("person")
    assert persons.date_errors > 400

    def score_again(partners: Partners) -> npt.NDArray[np.int32]:
        """Return the log-odds of the same pairs in a population that was measured before."""
        known = population.with_partners({"person": partners})
        again = ResolutionTask.build(batch, (), RunOptions(workers=1), population=known)
        return LocalEngine().score_candidates(again, StageMeter()).logodds

    partners = Partners(persons.partners, date_errors=persons.date_errors)
    assert scored.logodds.tolist() == score_again(partners).tolist()
    added = scored.logodds - score_again(partners._replace(date_errors=0))
    assert set(added.tolist()) == {0, persons.date_errors}


def test_hidden_errors_in_dates_shift_no_visible_pair() -> None:
    handling = Handling(agency="customs", code="H3")
    hidden = [replace(item, handling=handling) for item in with_errors("b", 0.5)]
    visible = with_errors("a", 0.02)
    assert measure([*visible, *hidden]).of("person").date_errors == 0


def test_deduplicated_lists_are_left_out() -> None:
    records = [*people("a", 300), *people("b", 300)]
    assert shifts(measure(records, ["a", "b"])) == (0, 0)


def test_hidden_records_change_no_share() -> None:
    """Of a list that not everybody may see, with every person twice."""
    visible = [*people("a", 120), *people("b", 120)]
    handling = Handling(agency="customs", code="H3")
    doubled = [*people("c", 100), *(replace(r, id=f"{r.id}x") for r in people("c", 100))]
    hidden = [replace(item, handling=handling) for item in doubled]
    together = measure([*visible, *hidden])
    assert replace(together, restricted={}) == measure(visible)
    everything = measure([*visible, *doubled])
    assert everything != measure(visible)
    # the agency sees all of it
    (own,) = together.restricted.values()
    assert own.counts == everything.counts
    for kind in KINDS:
        assert own.of(kind).records == everything.of(kind).records
    few = [replace(item, handling=handling) for item in people("c", 50)]
    assert measure([*visible, *few]) == measure(visible)


@pytest.mark.parametrize("code", ["H1", "H2", "H3"])
def test_restricted_records_alone_score_as_public_ones(code: str) -> None:
    records = [*people("a", 150), *people("b", 150)]
    handling = Handling(agency="customs", code=code)
    hidden = [replace(item, handling=handling) for item in records]
    outcomes = []
    for rows in (records, hidden):
        batch = Batch.from_records(rows).canonical()
        resolution = resolve(ResolutionTask.build(batch, (), RunOptions(workers=1)), LocalEngine())
        outcomes.append((resolution.labels.tolist(), resolution.links.logodds))
    (labels, logodds), (hidden_labels, hidden_logodds) = outcomes
    assert labels == hidden_labels
    # blocking goes by what viewers who are known by name may see
    assert code != "H1" or logodds.tolist() == hidden_logodds.tolist()
    assert len(hidden_logodds) == pytest.approx(len(logodds), rel=0.1)


def test_explanations_name_the_share_of_lists() -> None:
    batch = Batch.from_records([*people("a", 200), *people("b", 200)]).canonical()
    options = RunOptions(workers=1)
    for pair, sign in ((("a:1", "a:2"), -1), (("a:1", "b:2"), 1)):
        explanation = explain_pair(batch, *pair, options)
        (row,) = [row for row in explanation.rows if row.name == "sources"]
        assert row.weight * sign > 0
        assert sum(row.weight for row in explanation.rows) == explanation.logodds
