"""Figures of a run, compared with simple counting."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings

from resolver.lists.reader_types import Reject
from resolver.records import Kind
from resolver.records.results.resolution import Outcome, Resolution
from resolver.report.build_report import build_report
from resolver.report.run_figures import SHOWN_REASONS, SHOWN_SOURCES, group_rejects
from tests.report.sample_runs import record, resolution, runs

pytestmark = pytest.mark.slow


def by_entity(run: Resolution) -> dict[int, list[int]]:
    rows_of: dict[int, list[int]] = {}
    for row, label in enumerate(run.labels.tolist()):
        rows_of.setdefault(label, []).append(row)
    return rows_of


def queued_rows(run: Resolution) -> set[int]:
    links = run.links
    pairs = zip(links.left.tolist(), links.right.tolist(), links.outcome, strict=True)
    return {
        row for left, right, outcome in pairs if outcome == Outcome.QUEUED for row in (left, right)
    }


def spread_of(run: Resolution) -> dict[int, set[str]]:
    sources = run.batch.sources.texts()
    return {label: {sources[row] for row in rows} for label, rows in by_entity(run).items()}


@settings(max_examples=80, deadline=None)
@given(runs())
def test_totals(run: Resolution) -> None:
    totals, entities = build_report(run).totals, by_entity(run)
    assert totals.records == len(run.batch)
    assert totals.entities == len(entities) == sum(totals.entities_of.values())
    assert totals.shared == sum(len(sources) > 1 for sources in spread_of(run).values())


@settings(max_examples=80, deadline=None)
@given(runs())
def test_source_rows(run: Resolution) -> None:
    sources, kinds = run.batch.sources.texts(), [Kind(int(kind)).label for kind in run.batch.kinds]
    spread, queued = spread_of(run), queued_rows(run)
    expected = []
    for source, kind in sorted(set(zip(sources, kinds, strict=True))):
        rows = {row for row in range(len(sources)) if (sources[row], kinds[row]) == (source, kind)}
        labels = {int(run.labels[row]) for row in rows}
        shared = sum(len(spread[label]) > 1 for label in labels)
        expected.append((source, kind, len(rows), len(labels), shared, len(queued & rows)))
    counted = [
        (row.source, row.kind, row.records, row.entities, row.shared, row.queued)
        for row in build_report(run).sources
    ]
    assert sorted(counted) == expected


SIZE_RANGES = {
    "1": (1, 1),
    "2": (2, 2),
    "3": (3, 3),
    "4": (4, 4),
    "5": (5, 5),
    "6–10": (6, 10),
    "11–20": (11, 20),
}


@settings(max_examples=80, deadline=None)
@given(runs())
def test_sizes(run: Resolution) -> None:
    sizes, entities = dict(build_report(run).sizes), by_entity(run)
    expected = {
        label: sum(low <= len(rows) <= high for rows in entities.values())
        for label, (low, high) in SIZE_RANGES.items()
    }
    assert sizes == {label: expected[label] for label in sizes}
    assert sum(sizes.values()) == len(entities)


@settings(max_examples=80, deadline=None)
@given(runs())
def test_overlap(run: Resolution) -> None:
    overlap = build_report(run).overlap
    sources = run.batch.sources.texts()
    spread = [{sources[row] for row in rows} for rows in by_entity(run).values()]
    assert overlap.sources == tuple(sorted(set(sources)))
    for i, j in combinations(range(len(overlap.sources)), 2):
        shared = sum(
            {overlap.sources[i], overlap.sources[j]} <= sources_of for sources_of in spread
        )
        assert overlap.counts[i][j] == overlap.counts[j][i] == shared
    for i, source in enumerate(overlap.sources):
        assert overlap.counts[i][i] == sum(source in sources_of for sources_of in spread)


def test_overlap_shows_lists_that_share_most() -> None:
    ids = sorted([f"s{number:02d}:1" for number in range(30)] + ["s28:2", "s29:2"])
    entities = [
        0 if identity in ("s28:2", "s29:2") else number + 1 for number, identity in enumerate(ids)
    ]
    overlap = build_report(resolution([record(identity) for identity in ids], entities, [])).overlap
    assert len(overlap.sources) == SHOWN_SOURCES
    assert overlap.left_out == 30 - SHOWN_SOURCES
    assert overlap.sources[-2:] == ("s28", "s29")
    assert overlap.counts[-1][-2] == 1


def test_kind_of_entity_is_common_to_its_records() -> None:
    records = [
        record("a:1", kind=Kind.LEGAL),
        record("a:2", kind=Kind.PERSON),
        record("b:1", kind=Kind.LEGAL),
    ]
    totals = build_report(resolution(records, [0, 0, 1], [])).totals
    assert totals.entities_of == {"person": 1, "group": 0, "legal": 1, "asset": 0}


class TestRejects:
    def test_record_ids_do_not_separate_groups(self) -> None:
        rejects = [
            Reject("a", n, f"record s{n}:{n}/I.A/{n}: value not taken: birthDate '{n} x'")
            for n in range(3)
        ]
        assert [group.reason for group in group_rejects(rejects)] == [
            "record …: value not taken: birthDate …"
        ]

    def test_quoted_texts_do_not_separate_groups(self) -> None:
        rejects = [
            Reject("a.csv", line, f"no date in '{line}/1/2001' (write 2001-01-31)")
            for line in (9, 3, 12, 5)
        ]
        (group,) = group_rejects(rejects)
        assert (group.reason, group.count) == ("no date in … (write 2001-01-31)", 4)
        assert group.examples[0] == "a.csv:3: no date in '3/1/2001' (write 2001-01-31)"
        assert len(group.examples) == 3

    def test_most_frequent_first_and_rest_combined(self) -> None:
        letters = "abcdefghijklmnopqrstuvwxyz"
        rejects = [
            Reject("a", 0, letter * 2)
            for number, letter in enumerate(letters)
            for _ in range(30 - number)
        ]
        groups = group_rejects(rejects)
        assert [group.reason for group in groups[:2]] == ["aa", "bb"]
        assert groups[-1].reason == "other reasons"
        assert len(groups) == SHOWN_REASONS + 1
        assert sum(group.count for group in groups) == len(rejects)

    @pytest.mark.parametrize("reason", ["plain", "", "50% of 3 rows", "it's 'so' odd's"])
    def test_single_reason_is_unchanged(self, reason: str) -> None:
        assert group_rejects([Reject("a", 1, reason)])[0].reason == reason
