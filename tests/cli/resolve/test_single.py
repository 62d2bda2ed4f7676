"""Commands on single pairs and names: score, names, explain, check, evaluate."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from resolver.cli.app import run
from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict
from tests.cli.conftest import Lists
from tests.hub.hubs import OPTIONS, make_decision, make_intake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.network_records import generate_drivers_of_two_lists
from tests.records.samples import record


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def test_score_keeps_the_order_of_pairs(lists: Lists, tmp_path: Path) -> None:
    text = "left,right\nriver:10,coast:g1\nriver:9,coast:p3\ncoast:p3,river:9\nriver:10,coast:p2\n"
    pairs = table(tmp_path / "pairs.csv", text)
    assert run(["score", pairs, *lists.args, "--out", str(tmp_path / "out.csv")]) == 0
    answer = rows(tmp_path / "out.csv")
    assert [list(row.values())[:2] for row in answer] == [
        ["river:10", "coast:g1"],
        ["river:9", "coast:p3"],
        ["coast:p3", "river:9"],
        ["river:10", "coast:p2"],
    ]
    assert list(answer[0]) == ["left", "right", "score", "band"]
    assert [row["band"] for row in answer] == ["distinct", "match", "match", "distinct"]
    assert answer[1]["score"] == answer[2]["score"]
    assert all(0 < float(row["score"]) < 1 and len(row["score"]) == 8 for row in answer)


def test_score_reports_unknown_records(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = table(
        tmp_path / "pairs.csv",
        "left,right\nriver:9,coast:p3\nriver:9,coast:p99\nriver:0,coast:p1\n",
    )
    assert run(["score", pairs, *lists.args, "--out", str(tmp_path / "out.csv")]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(
        f"error: {pairs}, line 3: there is no record 'coast:p99' in the lists, and 1 more"
    )
    assert not (tmp_path / "out.csv").exists()


def test_a_pair_with_a_record_that_was_not_read_has_no_score(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = tmp_path / "extra.jsonl"
    lines = [
        {"id": "1", "schema": "Person", "datasets": ["x"], "properties": {"notes": ["nameless"]}},
        {"id": "2", "schema": "Person", "datasets": ["x"], "properties": {"name": ["Ann Lee"]}},
        # ids with spaces and colons, which the text of a reason does not delimit
        {"id": "3: a", "schema": "Person", "datasets": ["x"], "properties": {"notes": ["none"]}},
        {"id": "4 b", "schema": "Person", "datasets": ["x"], "properties": {"notes": ["none"]}},
    ]
    extra.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    pairs = table(tmp_path / "pairs.csv", "left,right\nx:1,x:2\nriver:9,coast:p3\nx:3: a,x:4 b\n")
    out = tmp_path / "out.csv"
    assert run(["score", pairs, *lists.args, str(extra), "--out", str(out)]) == 0
    first, second, third = rows(out)
    assert (first["score"], first["band"]) == (third["score"], third["band"]) == ("", "")
    assert second["band"] == "match"
    printed = capsys.readouterr().err
    for line, identity in ((2, "x:1"), (4, "x:3: a"), (4, "x:4 b")):
        assert f"line {line}: no score: {identity} was not read: it has no name" in printed


def test_names_keep_rows(tmp_path: Path) -> None:
    cases = table(
        tmp_path / "cases.csv",
        "no,schema,name1,name2\n"
        "1,Person,Ivan Sergeyevich Petrov,Иван Сергеевич Петров\n"
        "2,Company,Vektor,Kvant GmbH\n",
    )
    assert run(["names", cases, "--out", str(tmp_path / "out.csv")]) == 0
    answer = rows(tmp_path / "out.csv")
    assert list(answer[0]) == ["no", "schema", "name1", "name2", "score", "band"]
    assert answer[0]["name2"] == "Иван Сергеевич Петров"
    assert float(answer[0]["score"]) > 0.5 > float(answer[1]["score"])


def test_names_accept_any_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        "person;Ann Lee;Ann Lee",
        "Thing;Ann Lee;Ann Lee",
        ";Ann Lee;Ann Lee",
        "Group;Unit 12;Unit 13",
        "Banana;a;b",
    ]
    cases = table(
        tmp_path / "cases.csv", "\n".join(["Schema;NAME1;name2;n", *(f"{row};x" for row in rows)])
    )
    assert run(["names", cases, "--out", "-"]) == 0
    shown = capsys.readouterr()
    answer = list(csv.DictReader(io.StringIO(shown.out)))
    assert list(answer[0]) == ["Schema", "NAME1", "name2", "n", "score", "band"]
    assert [row["Schema"] for row in answer] == ["person", "Thing", "", "Group", "Banana"]
    assert {row["band"] for row in answer[:3]} <= {"match", "review"}
    assert all(float(row["score"]) > 0.5 for row in answer[:3])
    assert answer[1]["score"] == answer[2]["score"]
    assert shown.err.endswith("line 6: no schema is called 'Banana'; compared as LegalEntity\n")
    # the same as with the schemas of FollowTheMoney
    plain = table(
        tmp_path / "plain.csv",
        "schema,name1,name2\nPerson,Ann Lee,Ann Lee\nOrganization,Unit 12,Unit 13\n",
    )
    assert run(["names", plain, "--out", "-"]) == 0
    scores = [row["score"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert scores == [answer[0]["score"], answer[3]["score"]]


def test_empty_names_are_noted_and_leave_the_odds_even(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("schema,name1,name2", "Company,,DSM", "Person,Ann Lee,Ann Lee", "Company,DSM, ")
    cases = table(tmp_path / "cases.csv", "\n".join(lines))
    assert run(["names", cases, "--out", "-"]) == 0
    shown = capsys.readouterr()
    answer = list(csv.DictReader(io.StringIO(shown.out)))
    assert [row["band"] for row in answer] == ["review", "match", "review"]
    assert float(answer[0]["score"]) == float(answer[2]["score"]) == 0.5
    assert "line 2 and 1 more: a name is empty" in shown.err


def test_weights_of_explanation_add_up(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "coast:p1", "river:7", *lists.args, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {answer["left"], answer["right"]} == {"coast:p1", "river:7"}
    assert round(1000 * answer["logodds"]) == sum(
        round(1000 * row["weight"]) for row in answer["evidence"]
    )
    assert answer["band"] in ("match", "review")


def test_explanation_as_text(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "coast:p1", "river:7", *lists.args]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("coast:p1 and river:7: 0.")
    assert shown.splitlines()[1].startswith("Same ")
    assert "PETROV, Ivan Sergeevich" in shown
    assert "sum, in log-odds" in shown


def test_explanation_has_changes_and_name_alignment(
    lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "coast:p1", "river:7", *lists.args, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {part["left"]: part["fate"] for part in answer["names"]}["ivan"] == "equal"
    assert answer["blocking"]["plan"] == "XS"
    assert "name_set" not in answer["blocking"]["joined_by"]
    assert answer["blocking"]["joined_by"]
    assert answer["decision"] is None
    assert all(change["band"] != answer["band"] and change["if"] for change in answer["changes"])
    assert run(["explain", "coast:p1", "river:7", *lists.args]) == 0
    shown = capsys.readouterr().out
    assert "Compared in a run over these lists (plan XS), by: " in shown
    assert "Names, word by word" in shown
    assert "Smallest changes that lead to another band:" in shown


def test_explanation_of_pair_that_is_not_compared(
    lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "coast:p1", "river:10", *lists.args]) == 0
    shown = capsys.readouterr().out
    assert (
        "Not compared in a run over these lists: no blocking rule of plan XS selects the pair."
        in shown
    )
    assert "Evidence against: " in shown
    assert "contradicted" in shown


def test_explanation_names_forbidding_decision(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "left_id,right_id,verdict,who,when,why\n"
        "coast:p1,river:7,same,bo,2026-01-02T10:00Z,\n"
        "river:7,river:10,different,anna,2026-01-02T10:00Z,other fingerprints\n"
    )
    args = [*lists.args, "--decisions", table(tmp_path / "decisions.csv", text)]
    assert run(["explain", "river:10", "river:7", *args]) == 0
    shown = capsys.readouterr().out
    assert (
        "Decided different, which forbids a merge: other fingerprints (anna, 2026-01-02 10:00 UTC, "
        in shown
    )
    assert "decisions.csv, line 3)" in shown
    assert run(["explain", "coast:p1", "river:10", *args, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)["decision"]
    assert (answer["verdict"], answer["direct"], answer["on"]) == (
        "different",
        False,
        ["river:10", "river:7"],
    )
    assert run(["explain", "coast:p1", "river:10", *args]) == 0
    assert "; on river:10 and river:7, to which decisions tie the two" in capsys.readouterr().out
    assert run(["explain", "coast:p1", "river:7", *args]) == 0
    assert "Decided the same (bo, 2026-01-02 10:00 UTC" in capsys.readouterr().out


def test_explanation_names_the_list_that_states_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"id": "p1", "schema": "Person", "properties": {"name": ["Ali Hassan"]}},
        {"id": "p2", "schema": "Person", "properties": {"name": ["Ali Hassan"]}},
        {"id": "f", "schema": "Family", "properties": {"person": ["p1"], "relative": ["p2"]}},
    ]
    path = tmp_path / "made.json"
    path.write_text("".join(json.dumps({"datasets": ["made"], **row}) + "\n" for row in rows))
    assert run(["explain", "made:p1", "made:p2", str(path), "--json"]) == 0
    sentence = "made relates these two as family, so they are two persons."
    assert json.loads(capsys.readouterr().out)["statement"] == sentence
    assert run(["explain", "made:p1", "made:p2", str(path)]) == 0
    assert f"{sentence} That forbids a merge, whatever the score." in capsys.readouterr().out
    text = "left_id,right_id,verdict,who,when,why\nmade:p1,made:p2,same,bo,2026-01-02T10:00Z,\n"
    args = [str(path), "--decisions", table(tmp_path / "decisions.csv", text)]
    assert run(["explain", "made:p1", "made:p2", *args]) == 0
    assert f"{sentence} The decision overrules that." in capsys.readouterr().out


def test_explanation_names_the_relation_that_merged_two_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with quick_symbols("resolver.matching.pipeline"):
        with Hub.open(url, OPTIONS) as hub:
            seed_population(hub)
            hub.add(make_intake(generate_drivers_of_two_lists()))
        assert run(["explain", "quay:p", "pier:p", "--store", url]) == 0
        text = capsys.readouterr().out
        assert run(["explain", "quay:p", "pier:p", "--store", url, "--json"]) == 0
    sentence = "Both driver in Blue Harbour Crew since 2014"
    line = next(line for line in text.splitlines() if "  relations" in line)
    assert line.startswith("   +2.50  relations")
    assert line.endswith(sentence)
    answer = json.loads(capsys.readouterr().out)
    assert answer["band"] == "match"
    assert (answer["evidence"][-1]["name"], answer["evidence"][-1]["detail"]) == (
        "relations",
        sentence,
    )
    total = sum(round(1000 * row["weight"]) for row in answer["evidence"])
    assert total == round(1000 * answer["logodds"])


def test_entities_of_a_store_are_explained_by_their_strongest_pair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    records = [
        record("a:1", name="Ana Huanca", birthDate="1962-02-11"),
        record("b:1", name="Ana Huanca", birthDate="1962-02-11"),
        record("c:1", name="Ana Huanco", birthDate="1962"),
        record("d:1", name="Chen Wei", birthDate="1988"),
    ]
    pairs = [(("a:1", "b:1"), Verdict.SAME), (("b:1", "c:1"), Verdict.DIFFERENT)]
    decisions = [
        make_decision(pair, verdict, place) for place, (pair, verdict) in enumerate(pairs, 1)
    ]
    with quick_symbols("resolver.matching.pipeline"):
        with Hub.open(url, OPTIONS) as hub:
            hub.add(make_intake(records), decisions)
            with hub.store.view() as view:
                entities = [view.entity(f"{source}:1") for source in "abcd"]
        left, _, right, other = (stored.id for stored in entities if stored is not None)
        for ends in ((left, right), (left, "c:1"), ("a:1", right)):
            assert run(["explain", *ends, "--store", url, "--json"]) == 0
            answer = json.loads(capsys.readouterr().out)
            assert answer["left"] in ("a:1", "b:1")
            assert answer["right"] == "c:1"
            assert answer["left"] == "a:1" or ends[0] == left
            (note,) = answer["notes"]
            assert note.startswith(f"{ends[0]} and {ends[1]} are explained by their strongest pair")
        # the store has no link between these two, so all of their records are compared
        assert run(["explain", left, other, "--store", url]) == 0
        assert "note: " in capsys.readouterr().out
        assert run(["explain", left, left, "--store", url]) == 1
        assert f"error: {left} was given twice (name two" in capsys.readouterr().err
        assert run(["explain", "e-nothing", left, "--store", url]) == 1
    assert "the store has no entity or record e-nothing" in capsys.readouterr().err


@pytest.mark.parametrize("ids", [("coast:p1", "river:0"), ("nobody", "river:7")])
def test_explain_refuses_unknown_records(
    ids: tuple[str, str], lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *ids, *lists.args]) == 1
    assert "error: there is no record" in capsys.readouterr().err


def test_check_finds_a_group_by_its_name_without_being_told_its_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, url = tmp_path / "made.json", f"sqlite:///{tmp_path}/hub.db"
    names = ("Payne Brigade of Chicago", "Unity Institute of Osaka", "Vektor Trading LLC")
    path.write_text(
        "".join(
            json.dumps(
                {
                    "id": str(place),
                    "schema": "Organization",
                    "datasets": ["made"],
                    "properties": {"name": [name]},
                }
            )
            + "\n"
            for place, name in enumerate(names)
        )
    )
    with quick_symbols("resolver.matching.pipeline"):
        assert run(["dedupe", str(path), "--store", url]) == 0
        capsys.readouterr()
        for place, name in enumerate(names):
            for place_options in (["--store", url], ["--list", str(path)]):
                answers = []
                for kind in ([], ["--kind", "group"]):
                    assert run(["check", name, *place_options, *kind, "--json"]) == 0
                    answers.append(json.loads(capsys.readouterr().out)["results"])
                assert [row["id"] for row in answers[0]] == [f"made:{place}"]
                assert answers[0] == answers[1]


def test_check_finds_the_person(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["check", "Ivan Petrov", "--birth-date", "1 May 1962", "--nationality", "ru"]
    options = [
        "--list",
        str(lists.coast),
        "--list",
        str(lists.river),
        "--mapping",
        str(lists.mapping),
    ]
    assert run([*args, *options, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["query"] == "Ivan Petrov"
    (result,) = answer["results"]
    # the two records are one entity, as `dedupe` has it
    assert (result["id"], result["records"]) == ("coast:p1", ["coast:p1", "river:7"])
    assert answer["total"] == 1
    assert result["evidence"]
    (names,) = (row for row in result["evidence"] if row["name"] == "name")
    assert 0.9 < result["name_similarity"] == names["similarity"] <= 1
    assert run([*args, *options, "--limit", "1"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 4
    assert f"names {result['name_similarity']:.2f}  coast:p1  " in shown[0]
    assert "Ivan" in shown[0]
    assert shown[1].strip() == result["summary"]
    assert shown[1].strip().startswith("Same birth date, ")
    assert shown[3].strip() == f"1 more record of {result['entity']}: river:7"


def test_check_finds_groups_without_kind(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    check = ["check", "Vektor Trading", "--list", str(lists.coast), "--listed", "1 in 2", "--json"]
    assert run(check) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["results"]] == ["coast:g1"]
    assert run([*check, "--kind", "person"]) == 0
    assert json.loads(capsys.readouterr().out)["results"] == []


def test_check_of_a_store_lists_an_entity_once(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, log = f"sqlite:///{tmp_path}/hub.db", tmp_path / "log.csv"
    log.write_text("left_id,right_id,verdict\ncoast:p1,river:7,same\n", "utf-8")
    assert run(["dedupe", *lists.args, "--store", url, "--decisions", str(log)]) == 0
    args = ["check", "Ivan Petrov", "--birth-date", "1962-05-01", "--store", url]
    capsys.readouterr()
    assert run([*args, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert row["records"][0] == row["id"]
    assert set(row["records"]) == {"coast:p1", "river:7"}
    assert run(args) == 0
    shown = capsys.readouterr().out
    assert f"1 more record of {row['entity']}: {row['records'][1]}\n" in shown


def test_check_without_match(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "Xiuying Zhang", "--list", str(lists.coast)]) == 0
    assert capsys.readouterr().out == "No match for Xiuying Zhang in 4 records.\n"


def namesakes(path: Path, years: Sequence[int]) -> str:
    """Write a list of people of one name whom a birth date tells apart; return its path."""
    lines = [f"{year},Zbigniew Brzezinski,person,{year}-0{year % 9}-11" for year in years]
    return table(path, "\n".join(["id,name,kind,birth_date", *lines]) + "\n")


def check_rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the row of competition of each result; check that the rows add up."""
    for result in answer["results"]:
        weights = [round(1000 * row["weight"]) for row in result["evidence"]]
        assert sum(weights) == round(1000 * result["logodds"])
    rows = [row for result in answer["results"] for row in result["evidence"]]
    return [row for row in rows if row["name"] == "competition"]


def store_of_namesakes(url: str, count: int) -> None:
    """Make a store of people of one name, any two of whom were decided to be different."""
    people = [
        record(
            f"s:{number:02d}",
            name="Zbigniew Brzezinski",
            birthDate=f"{1920 + 2 * number}-{number % 12 + 1:02d}-{number % 27 + 1:02d}",
        )
        for number in range(count)
    ]
    decisions = [
        make_decision((left.id, right.id), Verdict.DIFFERENT, place)
        for place, (left, right) in enumerate(combinations(people, 2))
    ]
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(people), decisions)


def test_candidates_of_check_compete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    args = ["check", "Zbigniew Brzezinski", "--kind", "person", "--listed", "1", "--store", url]
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        store_of_namesakes(url, 5)
        assert run([*args, "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert run([*args, "--limit", "1"]) == 0
        shown = capsys.readouterr().out
    assert [row["help"] for row in check_rows(answer)] == ["Also fits: 4 others."] * 5
    assert {result["score"] for result in answer["results"]} == {0.5}
    assert answer["advice"] == "5 listed people have this name; add a birth date."
    assert f"{answer['results'][0]['score']:.4f}" in shown
    assert "(also fits: 4 others)" in shown
    assert shown.endswith(f"5 fit; show more with --limit\n{answer['advice']}\n")


def test_records_in_review_do_not_compete_in_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = namesakes(tmp_path / "people.csv", [1931, 1955])
    args = ["check", "Zbigniew Brzezinski", "--kind", "person", "--list"]
    assert run([*args, path, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["results"]) == 2
    assert check_rows(answer) == []


def test_a_crowd_of_namesakes_is_in_review(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    args = ["check", "Zbigniew Brzezinski", "--store", url]
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        store_of_namesakes(url, 38)
        assert run([*args, "--limit", "50", "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert run([*args, "--birth-date", "1942-12-12", "--json"]) == 0
        known = json.loads(capsys.readouterr().out)
    assert answer["advice"] == "38 listed people have this name; add a birth date."
    assert answer["total"] == len(answer["results"]) == 38
    assert {result["band"] for result in answer["results"]} == {"review"}
    assert max(result["score"] for result in answer["results"]) <= 0.5
    assert "advice" not in known
    assert known["results"][0]["id"] == "s:11"


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--birth-date", "31 February 1970"], 1, "31 February 1970"),
        (["--birth-date", "2191-02-03"], 1, "the birth date 2191-02-03 lies in the future"),
        (["--kind", "ship"], 2, "'ship' is not one of"),
        (["--kind", "person", "--kind", "group"], 2, "--kind names several kinds"),
        (
            ["--kind", "group", "--birth-date", "1970"],
            2,
            "--birth-date is only for persons, but --kind is group",
        ),
        (["--limit", "0"], 2, "limit"),
    ],
)
def test_check_refuses_invalid_options(
    args: list[str], code: int, message: str, lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "A B", "--list", str(lists.coast), *args]) == code
    assert message in capsys.readouterr().err


def test_evaluate_counts_pairs(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = table(
        tmp_path / "pairs.csv",
        "left,right,label\n"
        "coast:p3,river:9,match\ncoast:p1,river:10,distinct\ncoast:p1,river:77,match\n",
    )
    assert run(["evaluate", pairs, *lists.args, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["pairs"], answer["not_in_lists"]) == (2, 1)
    first = answer["at"][0]
    assert (first["kind"], first["threshold"], first["f1"]) == ("all", 0.5, 1.0)
    assert run(["evaluate", pairs, *lists.args]) == 0
    assert "note: 1 pair names records" in capsys.readouterr().err


def test_evaluate_needs_pairs_of_the_lists(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = table(tmp_path / "pairs.csv", "left,right,label\nx:1,y:2,match\n")
    assert run(["evaluate", pairs, *lists.args]) == 1
    assert "no pair has both its records in the lists" in capsys.readouterr().err


def test_train_needs_something_to_learn_from(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", *lists.args, "--no-worlds", "--out", str(tmp_path / "model")]) == 1
    assert "nothing to learn from" in capsys.readouterr().err


def test_preview_shows_records(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preview", *lists.args, "--records", "1"]) == 0
    shown = capsys.readouterr().out
    assert "Ivan Sergeyevich Petrov" in shown
    assert "river:7" in shown
    assert "John Smith" not in shown
