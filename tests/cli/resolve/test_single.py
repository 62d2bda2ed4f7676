"""Commands on single pairs and names: score, names, explain, check, evaluate."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from resolver.cli.app import run
from tests.cli.conftest import Lists


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def test_score_answers_in_the_order_asked(lists: Lists, tmp_path: Path) -> None:
    asked = "left,right\nriver:10,coast:g1\nriver:9,coast:p3\ncoast:p3,river:9\nriver:10,coast:p2\n"
    pairs = table(tmp_path / "pairs.csv", asked)
    assert run(["score", pairs, *lists.args, "--out", str(tmp_path / "out.csv")]) == 0
    found = rows(tmp_path / "out.csv")
    assert [list(row.values())[:2] for row in found] == [
        ["river:10", "coast:g1"],
        ["river:9", "coast:p3"],
        ["coast:p3", "river:9"],
        ["river:10", "coast:p2"],
    ]
    assert list(found[0]) == ["left", "right", "score", "band"]
    assert [row["band"] for row in found] == ["distinct", "match", "match", "distinct"]
    assert found[1]["score"] == found[2]["score"]
    assert all(0 < float(row["score"]) < 1 and len(row["score"]) == 8 for row in found)


def test_score_names_the_row_of_an_unknown_record(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = table(
        tmp_path / "pairs.csv",
        "left,right\nriver:9,coast:p3\nriver:9,coast:p99\nriver:0,coast:p1\n",
    )
    assert run(["score", pairs, *lists.args, "--out", str(tmp_path / "out.csv")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(
        f"error: {pairs}, line 3: there is no record 'coast:p99' in the lists, and 1 more"
    )
    assert not (tmp_path / "out.csv").exists()


def test_names_keep_their_rows(tmp_path: Path) -> None:
    cases = table(
        tmp_path / "cases.csv",
        "no,schema,name1,name2\n1,Person,Ivan Sergeyevich Petrov,Иван Сергеевич Петров\n2,Company,Vektor,Kvant GmbH\n",
    )
    assert run(["names", cases, "--out", str(tmp_path / "out.csv")]) == 0
    found = rows(tmp_path / "out.csv")
    assert list(found[0]) == ["no", "schema", "name1", "name2", "score", "band"]
    assert found[0]["name2"] == "Иван Сергеевич Петров"
    assert float(found[0]["score"]) > 0.5 > float(found[1]["score"])


def test_names_take_any_word_for_a_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
    found = list(csv.DictReader(io.StringIO(shown.out)))
    assert list(found[0]) == ["Schema", "NAME1", "name2", "n", "score", "band"]
    assert [row["Schema"] for row in found] == ["person", "Thing", "", "Group", "Banana"]
    assert [row["band"] for row in found[:3]] == ["match", "match", "match"]
    assert found[1]["score"] == found[2]["score"]
    assert shown.err.endswith("line 6: no schema is called 'Banana'; compared as LegalEntity\n")
    # as whoever writes it in FollowTheMoney's words
    plain = table(
        tmp_path / "plain.csv",
        "schema,name1,name2\nPerson,Ann Lee,Ann Lee\nOrganization,Unit 12,Unit 13\n",
    )
    assert run(["names", plain, "--out", "-"]) == 0
    scores = [row["score"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert scores == [found[0]["score"], found[3]["score"]]


def test_an_explanation_adds_up(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "coast:p1", "river:7", *lists.args, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {found["left"], found["right"]} == {"coast:p1", "river:7"}
    assert round(1000 * found["logodds"]) == sum(
        round(1000 * row["weight"]) for row in found["evidence"]
    )
    assert found["band"] in ("match", "review")


def test_an_explanation_for_a_person(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "coast:p1", "river:7", *lists.args]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("coast:p1 and river:7: 0.")
    assert "PETROV, Ivan Sergeevich" in shown
    assert "sum, in log-odds" in shown


def test_an_explanation_says_what_would_change_it_and_how_names_align(
    lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "coast:p1", "river:7", *lists.args, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {part["left"]: part["fate"] for part in found["names"]}["ivan"] == "equal"
    assert found["blocking"]["plan"] == "XS"
    assert "name_set" not in found["blocking"]["joined_by"]
    assert found["blocking"]["joined_by"]
    assert found["decision"] is None
    assert all(change["band"] != found["band"] and change["if"] for change in found["changes"])
    assert run(["explain", "coast:p1", "river:7", *lists.args]) == 0
    shown = capsys.readouterr().out
    assert "Compared in a run over these lists (plan XS), by: " in shown
    assert "Names, word by word" in shown
    assert "Smallest changes that lead into another band:" in shown


def test_why_two_never_met(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "coast:p1", "river:10", *lists.args]) == 0
    shown = capsys.readouterr().out
    assert (
        "Never compared in a run over these lists: no blocking rule of plan XS joins the two."
        in shown
    )
    assert "Spoke against: " in shown
    assert "contradicted" in shown


def test_which_decision_forbids(
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
    found = json.loads(capsys.readouterr().out)["decision"]
    assert (found["verdict"], found["direct"], found["on"]) == (
        "different",
        False,
        ["river:10", "river:7"],
    )
    assert run(["explain", "coast:p1", "river:10", *args]) == 0
    assert "; on river:10 and river:7, to which decisions tie the two" in capsys.readouterr().out
    assert run(["explain", "coast:p1", "river:7", *args]) == 0
    assert "Decided the same (bo, 2026-01-02 10:00 UTC" in capsys.readouterr().out


@pytest.mark.parametrize("ids", [("coast:p1", "river:0"), ("nobody", "river:7")])
def test_explain_knows_only_what_is_there(
    ids: tuple[str, str], lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *ids, *lists.args]) == 1
    assert "error: there is no record" in capsys.readouterr().err


def test_check_finds_the_person(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["check", "Ivan Petrov", "--birth-date", "1 May 1962", "--nationality", "ru"]
    where = [
        "--list",
        str(lists.coast),
        "--list",
        str(lists.river),
        "--mapping",
        str(lists.mapping),
    ]
    assert run([*args, *where, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["query"] == "Ivan Petrov"
    assert {row["id"] for row in found["results"]} == {"coast:p1", "river:7"}
    scores = [row["score"] for row in found["results"]]
    assert scores == sorted(scores, reverse=True)
    assert found["results"][0]["evidence"]
    assert run([*args, *where, "--limit", "1"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2
    assert "Ivan" in shown[0]


def test_check_finds_groups_without_being_told_the_kind(
    lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "Vektor Trading", "--list", str(lists.coast), "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["results"]] == ["coast:g1"]
    assert (
        run(["check", "Vektor Trading", "--kind", "person", "--list", str(lists.coast), "--json"])
        == 0
    )
    assert json.loads(capsys.readouterr().out)["results"] == []


def test_check_says_where_nobody_is_found(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "Xiuying Zhang", "--list", str(lists.coast)]) == 0
    assert capsys.readouterr().out == "Nobody in 4 records may be Xiuying Zhang.\n"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["--birth-date", "31 February 1970"], 1, "31 February 1970"),
        (["--kind", "ship"], 2, "'ship' is not one of"),
        (["--limit", "0"], 2, "limit"),
    ],
)
def test_check_refuses(
    args: list[str], code: int, says: str, lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "A B", "--list", str(lists.coast), *args]) == code
    assert says in capsys.readouterr().err


def test_evaluate_counts(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = table(
        tmp_path / "pairs.csv",
        "left,right,label\ncoast:p3,river:9,match\ncoast:p1,river:10,distinct\ncoast:p1,river:77,match\n",
    )
    assert run(["evaluate", pairs, *lists.args, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["pairs"], found["not_in_lists"]) == (2, 1)
    first = found["at"][0]
    assert (first["kind"], first["threshold"], first["f1"]) == ("all", 0.5, 1.0)
    assert run(["evaluate", pairs, *lists.args]) == 0
    assert "note: 1 pairs name records" in capsys.readouterr().err


def test_evaluate_needs_pairs_of_the_lists(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = table(tmp_path / "pairs.csv", "left,right,label\nx:1,y:2,match\n")
    assert run(["evaluate", pairs, *lists.args]) == 1
    assert "no pair has both its records in the lists" in capsys.readouterr().err


def test_train_says_when_there_is_nothing_to_learn(
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
