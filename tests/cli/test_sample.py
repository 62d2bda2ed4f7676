"""`sample` and `tables`: files that the next command takes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from models import loader
from resolver.cli.app import run
from resolver.training.labelled import Judgement, read_judgements
from tests.cli.conftest import Lists


def test_pairs_to_judge_are_pairs_to_train_on(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "pairs.csv"
    assert run(["sample", *lists.args, "--pairs", "3", "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert list(rows[0])[:6] == ["left", "right", "label", "score", "band", "chosen"]
    assert all(row["label"] == "" and row["left"] < row["right"] and row["left_name"] for row in rows)
    out.write_text(out.read_text("utf-8").replace(",,0.", ",match,0."), "utf-8")
    assert read_judgements(out) == [Judgement(row["left"], row["right"], True) for row in rows]
    assert run(["sample", *lists.args, "--judged", str(out), "--pairs", "50", "--out", "-"]) == 0
    shown = capsys.readouterr()
    again = {(row["left"], row["right"]) for row in csv.DictReader(shown.out.splitlines())}
    assert not again & {(row["left"], row["right"]) for row in rows}
    assert f"note: there are no more than {len(again)} pairs to ask about" in shown.err


def test_new_tables_make_a_model(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = tmp_path / "many.csv"
    rows = [f"{row},Zorble Qu{'abcdefghijklmnopqrstuvwxyz'[row]}x,000-111" for row in range(26)]
    many.write_text("\n".join(["id,name,id_number", *rows]), "utf-8")
    (tmp_path / "many.mapping.yml").write_text(
        "id: id\nkind: person\nsource: many\nproperties: {name: name, idNumber: id_number}\n", "utf-8"
    )
    model = tmp_path / "model"
    assert run(["tables", str(many), "--out", str(model), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["mass_used"] == ["111"]
    assert said["taken_over"] == list(loader.KINDS)
    assert "zorble" in said["person_new"]
    assert loader.load("tables", model)["person_counts"]["zorble"] >= 20
    assert run(["tables", str(many), "--out", str(model)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("26 records counted.\n")
    assert "1 numbers that many people use: 111" in shown
    assert "Models taken over" not in shown
    assert run(["explain", "coast:p1", "river:7", *lists.args, "--model", str(model)]) == 0
