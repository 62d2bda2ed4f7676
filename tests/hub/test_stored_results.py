"""Results of a commit: a part of a store, explained by all that the store holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from resolver.engines.pair_explanation import explain_links
from resolver.hub.stored_results import (
    StoredResults,
    count_visible_changes,
    export_lines,
    load_commit_results,
    restrict_to_sources,
)
from resolver.records import Address, Handling, Identifier
from resolver.records.decisions import Verdict
from resolver.records.results.explanation import RELATION_ROW
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.report import build_report, render_report
from tests.hub.hubs import (
    OPTIONS,
    Stores,
    make_decision,
    make_intake,
    make_namesake,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.network_records import generate_drivers_of_two_lists
from tests.records.samples import plain_values, record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def explained_relations(results: StoredResults) -> list[str]:
    """Return what explanations of all links of some results say of relations."""
    links = np.arange(len(results.resolution.links))
    explanations = explain_links(results.resolution, OPTIONS, links, (), results.compare)
    return [row.help for item in explanations for row in item.rows if row.name == RELATION_ROW]


def test_relations_beyond_the_records_of_a_commit_are_named(stores: Stores) -> None:
    """The crews are not among the results of a commit of one of their drivers."""
    *earlier, last = generate_drivers_of_two_lists()
    with stores.new() as hub:
        seed_population(hub)
        hub.add(make_intake(earlier))
        results = load_commit_results(hub, hub.add(make_intake([last])), STRANGER)
        assert results.resolution.batch.ids.to_pylist() == ["pier:p", "quay:p"]
        assert explained_relations(results) == ["Both driver in Blue Harbour Crew since 2014."]
        assert explained_relations(restrict_to_sources(results, {"pier", "quay"})) == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_results_of_a_commit_count_no_hidden_records(stores: Stores, dry_run: bool) -> None:
    """Two hidden records of the person, whom decisions merge with the one that an agency sends."""
    hidden = [
        replace(record(f"secret:{number}", name=name), handling=Handling("River", "H3"))
        for number, name in enumerate(("Ann Lee", "Olga Petrova"))
    ]
    own, reader = record("coast:1", name="Ann Lee"), Viewer("key", "Coast", frozenset({"submit"}))
    figures = []
    for stored in ([], hidden):
        with stores.new() as hub:
            seed_population(hub)
            hub.add(make_intake([record("coast:0", name="Zed"), *stored]))
            same = [make_decision((own.id, other.id), Verdict.SAME, 1) for other in stored]
            if stored:
                result = hub.add(make_intake([own]), same, dry_run=True)
                everything = load_commit_results(hub, result, OPERATOR)
                assert everything.resolution.stats.rules
                count = count_visible_changes(hub, result, OPERATOR)
                assert count == len(result.changed_entities) > 1
            result = hub.add(make_intake([own]), same, dry_run=dry_run, viewer=reader)
            results = load_commit_results(hub, result, reader)
            report = render_report(build_report(results.resolution))
            figures.append((count_visible_changes(hub, result, reader), report))
    without, among = figures
    assert without == among
    assert without[0] == 1
    assert "is left out" in without[1]


@pytest.mark.parametrize("dry_run", [False, True])
def test_links_of_a_commit_do_not_depend_on_hidden_records(stores: Stores, dry_run: bool) -> None:
    """A hidden record is in an entity that waits, and would name its link or change the score."""
    reader, shown = Viewer("key", "Coast", frozenset({"submit"})), []
    passport = [Identifier("passportNumber", "A1B2C3", "pl")]
    person = replace(make_namesake("a:0"), values=plain_values({"name": "Zbigniew Brzezinski"}))
    people = [
        replace(
            person,
            id=f"a:{number}",
            values=(*person.values, *plain_values({"birthDate": date})),
            identifiers=() if number else tuple(passport),
        )
        for number, date in enumerate(("1932-01-02", "1939-02-05", "1946-03-08"))
    ]
    for hidden in (None, person, replace(people[0])):
        with stores.new() as hub:
            seed_population(hub)
            if hidden is not None:
                secret = replace(hidden, id="h:1", source="h", identifiers=tuple(passport))
                hub.add(make_intake([replace(secret, handling=Handling("River", "H3"))]))
            result = hub.add(make_intake(people), dry_run=dry_run, viewer=reader)
            results = load_commit_results(hub, result, reader)
            links = results.resolution.links
            assert results.resolution.batch.ids.to_pylist() == [item.id for item in people]
            rows = zip(links.left, links.right, links.logodds, links.outcome, strict=True)
            shown.append([tuple(map(int, row)) for row in rows])
            result = hub.add(make_intake(people), dry_run=dry_run)
            everything = load_commit_results(hub, result, OPERATOR).resolution
            assert len(everything.batch) == len(people) + (hidden is not None)
    assert shown == shown[:1] * len(shown)
    assert len(shown[0]) >= 2


@pytest.mark.parametrize("dry_run", [False, True])
def test_links_to_other_entities_do_not_depend_on_their_hidden_records(
    stores: Stores, dry_run: bool
) -> None:
    """A hidden record is in the entity that waits with what the sender's row joins."""
    reader, shown = Viewer("key", "Coast", frozenset({"submit"})), []
    stated = {"name": "Zbigniew Brzezinski", "phone": "+48 22 555 01 23", "address": "12 Mill Road"}
    vague = replace(record("a:1"), values=plain_values(stated))
    dated = replace(record("a:2"), values=plain_values({**stated, "birthDate": "1928-03-28"}))
    son = replace(record("a:3"), values=plain_values({**stated, "birthDate": "1963-05-03"}))
    sent = replace(dated, id="coast:1", source="coast")
    secret = replace(vague, id="h:1", source="h", handling=Handling("River", "H3"))
    for hidden in ([], [secret]):
        with stores.new() as hub:
            seed_population(hub)
            hub.add(make_intake([vague, dated, son, *hidden]))
            result = hub.add(make_intake([sent]), dry_run=dry_run, viewer=reader)
            results = load_commit_results(hub, result, reader)
            links, ids = results.resolution.links, results.resolution.batch.ids.to_pylist()
            rows = zip(links.left, links.right, links.logodds, links.outcome, strict=True)
            shown.append([(ids[row[0]], ids[row[1]], *map(int, row[2:])) for row in rows])
    assert shown == shown[:1] * len(shown)
    assert any("a:1" in row for row in shown[0])


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_list_confirms_no_number_of_a_hidden_record(stores: Stores, dry_run: bool) -> None:
    """A hidden record leaves a public entity for the row that states its passport."""
    reader = Viewer("key", "Coast", frozenset({"submit"}))
    person = record("a:1", name="Olga Marlow", birthDate="1970-05-06")
    passport = [Identifier("passportNumber", "Z5550123")]
    secret = replace(person, id="h:1", source="h", identifiers=tuple(passport))
    sent = record("coast:1", name="Olga Marlowe", identifiers=passport)
    shown = []
    for hidden in ([], [replace(secret, handling=Handling("River", "H3"))]):
        with stores.new() as hub:
            seed_population(hub)
            hub.add(make_intake([person, *hidden]))
            result = hub.add(make_intake([sent]), dry_run=dry_run, viewer=reader)
            results = load_commit_results(hub, result, reader)
            ids = results.resolution.batch.ids.to_pylist()
            members = list(zip(ids, results.entity_ids.to_pylist(), strict=True))
            shown.append((count_visible_changes(hub, result, reader), members))
            assert len(result.changed_entities) == (1 if dry_run or not hidden else 2)
    assert shown[0] == shown[1]
    # the public record waits with the row that was sent
    assert shown[0][0] == 1
    assert [record_id for record_id, _ in shown[0][1]] == ["a:1", "coast:1"]


def test_a_withdrawn_visible_record_counts_as_a_change(stores: Stores) -> None:
    reader = Viewer("key", "Coast", frozenset({"submit"}))
    secret = replace(record("secret:0", name="Olga"), handling=Handling("River", "H3"))
    with stores.new() as hub:
        hub.add(make_intake([record("coast:0", name="Zed"), secret]))
        for record_id, expected in (("coast:0", 1), ("secret:0", 0)):
            result = hub.withdraw([record_id])
            assert len(result.changed_entities) == 1
            assert count_visible_changes(hub, result, reader) == expected


def test_an_export_shows_values_of_several_fields_in_words(stores: Stores) -> None:
    home = Address(street="7 Orchard Way", city="Addis Ababa", country="ET")
    passport = Identifier("passportNumber", "A4419207", "et", note="lost")
    ana = record("coast:1", identifiers=[passport], name="Ana Huanca")
    stored = replace(ana, addresses=(home,), handling=Handling("River", "H1"))
    with stores.new() as hub:
        hub.add(make_intake([stored]))
        line = next(line for line in export_lines(hub) if b"coast:1" in line)
    shown = {
        prop: [(value["value"], value.get("fields")) for value in values]
        for prop, values in json.loads(line)["properties"].items()
    }
    assert shown == {
        "address": [
            (
                "7 Orchard Way, Addis Ababa, ET",
                {"street": "7 Orchard Way", "city": "Addis Ababa", "country": "ET"},
            )
        ],
        "handling": [("H1; River", {"agency": "River", "code": "H1"})],
        "name": [("Ana Huanca", None)],
        "passportNumber": [
            ("A4419207 (et; lost)", {"number": "A4419207", "country": "et", "note": "lost"})
        ],
    }
