"""Test that a small world behaves as the recorded baseline says, and how baselines are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import behavior
from benchmarks.baseline import parts
from benchmarks.baseline.digests import comparable_json, reject_places
from benchmarks.baseline.parts import TINY_CHECKS, Workspace
from benchmarks.baseline.queries import queries_of
from benchmarks.behavior import PartResult, judge_part

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked_commands")]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def tiny(outputs: Path, tmp_path_factory: pytest.TempPathFactory) -> PartResult:
    space = Workspace(outputs / "absent", tmp_path_factory.mktemp("work"))
    return behavior.run_part("tiny", space, outputs / "tiny")


@pytest.mark.slow
def test_small_world_matches_the_baseline(tiny: PartResult, outputs: Path) -> None:
    recorded = behavior.read_baseline(behavior.BASELINE)["parts"]["tiny"]
    same, line = judge_part(tiny, recorded, outputs / "tiny")
    assert same, line
    answers = (outputs / "tiny" / "answers.jsonl").read_text("utf-8").splitlines()
    responses = [row for name, row in map(json.loads, answers) if name.startswith("q")]
    assert len(responses) == TINY_CHECKS
    # digests of nothing would be the same as well
    assert sum(bool(row["results"]) for row in responses) > TINY_CHECKS / 2


@pytest.mark.slow
def test_changed_output_is_reported(tiny: PartResult, outputs: Path) -> None:
    recorded = {**tiny.digests, "links.csv": "0" * 64}
    same, line = judge_part(tiny, recorded, outputs / "tiny")
    assert not same
    assert "tiny: DIFFERS in links.csv" in line
    assert str(outputs / "tiny") in line


def test_only_prose_and_volatile_values_are_dropped() -> None:
    def answer(detail: str, version: int, weight: float) -> dict[str, object]:
        row = {"score": 1.0, "detail": detail, "query": "Ann", "weight": weight}
        return {"results": [{"id": "e-1", "explanations": {"name": row}}], "version": version}

    assert comparable_json(answer("Names agree.", 1, 0.5)) == comparable_json(
        answer("Same name.", 2, 0.5)
    )
    assert comparable_json(answer("", 1, 0.5)) != comparable_json(answer("", 1, 0.501))
    assert comparable_json({"detail": "x"}) != comparable_json({})
    assert comparable_json({"score": 1}) == {"score": 1}
    assert comparable_json({"warnings": ["a", "b"]}) != comparable_json({"warnings": ["a"]})
    # the order of keys counts in the written line
    assert json.dumps(comparable_json({"a": 1, "b": 2})) != json.dumps(
        comparable_json({"b": 2, "a": 1})
    )


def test_reject_places_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    table = tmp_path / "rejects.csv"
    table.write_text(f"file,line,reason\n{tmp_path}/a/b.csv,3,no name\nc.csv,0,x\n", "utf-8")
    assert reject_places(table, (tmp_path,)) == "file,line\na/b.csv,3\nc.csv,0\n"


def test_parts_without_data_are_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "run_resolver", lambda *words: pytest.fail("no command may be run"))
    words = ["compare", "--parts", "real,historical", "--data", str(tmp_path / "absent")]
    assert behavior.main([*words, "--keep", str(tmp_path / "keep")]) == 0
    shown = capsys.readouterr().out
    assert "real: skipped, us_ofac_sdn is not in" in shown
    assert "historical: skipped" in shown


def test_queries_are_reproducible() -> None:
    lines = [
        json.dumps(
            {
                "entity": f"s:{number}",
                "schema": "Person",
                "caption": f"Ann {number} Lee",
                "birthDate": "1970",
                "properties": {},
            }
        )
        for number in range(50)
    ]
    queries = queries_of([*lines, '{"link":[]}'], 40)
    assert queries == queries_of(lines, 40)
    assert queries[0]["properties"] == {"name": ["Ann 0 Lee"], "birthDate": ["1970"]}
    assert queries[1]["properties"] == {"name": ["Ann 1 Lee"]}
    assert queries[2]["properties"]["name"] != ["Ann 2 Lee"]


def test_recording_preserves_other_parts(tmp_path: Path) -> None:
    baseline = tmp_path / "behavior.json"
    behavior.record_baseline([PartResult("tiny", {"a": "1"}, "", 0.0)], baseline)
    behavior.record_baseline(
        [PartResult("demo", {"b": "2"}, "", 0.0), PartResult("real", {}, "no data", 0.0)], baseline
    )
    assert behavior.read_baseline(baseline)["parts"] == {"tiny": {"a": "1"}, "demo": {"b": "2"}}
