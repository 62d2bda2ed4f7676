"""The figures against slow, obvious counting."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings

from resolver.ingest.reader_types import Reject
from resolver.records import Kind
from resolver.records.results.resolution import Outcome, Resolution
from resolver.report.build_report import build_report
from resolver.report.run_figures import SHOWN_REASONS, SHOWN_SOURCES, reject_groups
from tests.report.worlds import record, resolution, runs


def by_entity(run: Resolution) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, label in enumerate(run.labels.tolist()):
        found.setdefault(label, []).append(row)
    return found


@settings(max_examples=80, deadline=None)
@given(runs())
def test_totals_and_source_rows(run: Resolution) -> None:
    data = build_report(run)
    sources, kinds = run.batch.sources.texts(), [Kind(int(kind)).label for kind in run.batch.kinds]
    entities = by_entity(run)
    spread = {label: {sources[row] for row in rows} for label, rows in entities.items()}
    queued = {
        row
        for left, right, outcome in zip(
            run.links.left, run.links.right, run.links.outcome, strict=True
        )
        if outcome == Outcome.QUEUED
        for row in (int(left), int(right))
    }
    assert data.totals.records == len(run.batch)
    assert data.totals.entities == len(entities) == sum(data.totals.entities_of.values())
    assert data.totals.shared == sum(len(known) > 1 for known in spread.values())
    assert data.totals.merged_entities == sum(len(rows) > 1 for rows in entities.values())
    expected = []
    for source, kind in sorted(set(zip(sources, kinds, strict=True))):
        mine = [row for row in range(len(sources)) if (sources[row], kinds[row]) == (source, kind)]
        labels = {int(run.labels[row]) for row in mine}
        shared = sum(len(spread[label]) > 1 for label in labels)
        expected.append((source, kind, len(mine), len(labels), shared, len(queued & set(mine))))
    found = [
        (row.source, row.kind, row.records, row.entities, row.shared, row.queued)
        for row in data.sources
    ]
    assert sorted(found) == expected
    assert dict(data.sizes) == {
        label: sum(low <= len(rows) <= high for rows in entities.values())
        for label, low, high in (
            ("1", 1, 1),
            ("2", 2, 2),
            ("3", 3, 3),
            ("4", 4, 4),
            ("5", 5, 5),
            ("6–10", 6, 10),
            ("11–20", 11, 20),
        )
        if label in dict(data.sizes)
    }
    assert sum(count for _, count in data.sizes) == len(entities)


@settings(max_examples=80, deadline=None)
@given(runs())
def test_overlap(run: Resolution) -> None:
    overlap = build_report(run).overlap
    sources = run.batch.sources.texts()
    spread = [{sources[row] for row in rows} for rows in by_entity(run).values()]
    assert overlap.sources == tuple(sorted(set(sources)))
    for i, j in combinations(range(len(overlap.sources)), 2):
        both = sum({overlap.sources[i], overlap.sources[j]} <= known for known in spread)
        assert overlap.counts[i][j] == overlap.counts[j][i] == both
    for i, source in enumerate(overlap.sources):
        assert overlap.counts[i][i] == sum(source in known for known in spread)


def test_overlap_of_many_lists_shows_those_that_share_most() -> None:
    ids = sorted([f"s{number:02d}:1" for number in range(30)] + ["s28:2", "s29:2"])
    entities = [
        0 if identity in ("s28:2", "s29:2") else number + 1 for number, identity in enumerate(ids)
    ]
    overlap = build_report(resolution([record(identity) for identity in ids], entities, [])).overlap
    assert len(overlap.sources) == SHOWN_SOURCES
    assert overlap.left_out == 30 - SHOWN_SOURCES
    assert overlap.sources[-2:] == ("s28", "s29")
    assert overlap.counts[-1][-2] == 1


def test_an_entity_is_what_all_its_records_can_be() -> None:
    records = [
        record("a:1", kind=Kind.LEGAL),
        record("a:2", kind=Kind.PERSON),
        record("b:1", kind=Kind.LEGAL),
    ]
    totals = build_report(resolution(records, [0, 0, 1], [])).totals
    assert totals.entities_of == {"person": 1, "group": 0, "legal": 1, "asset": 0}


class TestRejects:
    def test_the_record_in_a_reason_does_not_part_groups(self) -> None:
        rejects = [
            Reject("a", n, f"record s{n}:{n}/I.A/{n}: value not taken: birthDate '{n} x'")
            for n in range(3)
        ]
        assert [group.reason for group in reject_groups(rejects)] == [
            "record …: value not taken: birthDate …"
        ]

    def test_reasons_that_differ_in_what_they_quote_are_one(self) -> None:
        rejects = [
            Reject("a.csv", line, f"no date in '{line}/1/2001' (write 2001-01-31)")
            for line in (9, 3, 12, 5)
        ]
        (group,) = reject_groups(rejects)
        assert (group.reason, group.count) == ("no date in … (write 2001-01-31)", 4)
        assert group.examples[0] == "a.csv:3: no date in '3/1/2001' (write 2001-01-31)"
        assert len(group.examples) == 3

    def test_the_most_frequent_first_and_the_rest_together(self) -> None:
        letters = "abcdefghijklmnopqrstuvwxyz"
        rejects = [
            Reject("a", 0, letter * 2)
            for number, letter in enumerate(letters)
            for _ in range(30 - number)
        ]
        groups = reject_groups(rejects)
        assert [group.reason for group in groups[:2]] == ["aa", "bb"]
        assert groups[-1].reason == "other reasons"
        assert len(groups) == SHOWN_REASONS + 1
        assert sum(group.count for group in groups) == len(rejects)

    @pytest.mark.parametrize("reason", ["plain", "", "50% of 3 rows", "it's 'so' odd's"])
    def test_a_single_reason_stands_as_it_is(self, reason: str) -> None:
        assert reject_groups([Reject("a", 1, reason)])[0].reason == reason
