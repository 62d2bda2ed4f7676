"""`sample` and `tables` write files for the next command."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.errors import pluralize
from resolver.models import loader
from resolver.training.data.labeled_pairs import JudgedPair, read_judged_pairs
from tests.cli.conftest import Lists

pytestmark = pytest.mark.slow


def test_sampled_pairs_can_be_judged(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pairs.csv"
    assert run(["sample", *lists.args, "--pairs", "3", "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert list(rows[0])[:6] == ["left", "right", "label", "score", "band", "chosen"]
    assert all(
        row["label"] == "" and row["left"] < row["right"] and row["left_name"] for row in rows
    )
    out.write_text(out.read_text("utf-8").replace(",,0.", ",match,0."), "utf-8")
    assert read_judged_pairs(out) == [JudgedPair(row["left"], row["right"], True) for row in rows]
    assert run(["sample", *lists.args, "--judged", str(out), "--pairs", "50", "--out", "-"]) == 0
    shown = capsys.readouterr()
    sampled_later = {(row["left"], row["right"]) for row in csv.DictReader(shown.out.splitlines())}
    assert not sampled_later & {(row["left"], row["right"]) for row in rows}
    assert f"note: only {pluralize(len(sampled_later), 'pair')} to judge" in shown.err


def test_new_tables_complete_a_model(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "many.csv"
    rows = [f"{row},Zorble Qu{'abcdefghijklmnopqrstuvwxyz'[row]}x,000-111" for row in range(26)]
    table.write_text("\n".join(["id,name,id_number", *rows]), "utf-8")
    (tmp_path / "many.mapping.yml").write_text(
        "id: id\nkind: person\nsource: many\nproperties: {name: name, idNumber: id_number}\n",
        "utf-8",
    )
    model = tmp_path / "model"
    assert run(["tables", str(table), "--out", str(model), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["mass_used"] == ["111"]
    assert summary["taken_over"] == list(loader.KINDS)
    assert "zorble" in summary["person_new"]
    assert loader.load("tables", model)["person_counts"]["zorble"] >= 20
    assert run(["tables", str(table), "--out", str(model)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("26 records counted.\n")
    assert "1 numbers that many people use (before: 0): 111" in shown
    assert "Models copied" not in shown
    assert run(["explain", "coast:p1", "river:7", *lists.args, "--model", str(model)]) == 0


def test_numbers_used_by_many_entities_of_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = tmp_path / "forged.csv"
    names = [f"{chr(97 + row)}orb{chr(97 + row)}l Qu{chr(97 + row)}xz" for row in range(22)]
    rows = [f"{row},{name},F-55871,ann@x.org" for row, name in enumerate(names)]
    forged.write_text("\n".join(["id,name,passport number,email", *rows]), "utf-8")
    url = f"sqlite:///{tmp_path}/hub.db"
    assert run(["dedupe", str(forged), "--store", url]) == 0
    capsys.readouterr()
    model = tmp_path / "model"
    assert run(["tables", "--store", url, "--out", str(model)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("22 records counted.\n")
    assert "2 numbers that many people use (before: 0): F55871, email:ann@x.org" in shown
    assert shown.endswith(f"To use them: resolver rebuild --store {url} --model {model}\n")
    before, after = loader.load("tables"), loader.load("tables", model)
    assert after == {**before, "mass_used": ["F55871", "email:ann@x.org"]}
    pair = ["explain", "forged:0", "forged:1", str(forged)]
    assert run([*pair, "--json"]) == 0
    strong = json.loads(capsys.readouterr().out)["score"]
    assert run([*pair, "--model", str(model), "--json"]) == 0
    explanation = json.loads(capsys.readouterr().out)
    assert explanation["score"] < strong
    number = next(row for row in explanation["evidence"] if row["name"] == "identifier")
    assert number["similarity"] is None
    assert "a number that many use" in number["detail"]
    # numbers of the model before are kept
    later = ["--model", str(model), "--out", str(tmp_path / "next"), "--json"]
    assert run(["tables", "--store", url, *later]) == 0
    assert json.loads(capsys.readouterr().out)["mass_used_before"] == 2


@pytest.mark.parametrize("options", [[], ["lists.csv", "--store", "sqlite:///hub.db"]])
def test_tables_take_lists_or_a_store(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tables", *options, "--out", str(tmp_path / "model")]) == 2
    assert "name either lists or, with --store, a store" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()
