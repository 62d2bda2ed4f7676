"""Small runs of quality and speed with the resolver only, and the answer files of tools."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from benchmarks import quality, speed
from benchmarks.charts.stage_chart import short_number
from benchmarks.harness.datasets import (
    DEDUPE,
    LINK,
    Task,
    write_truth,
)
from benchmarks.harness.figure_table import (
    COLUMNS,
    figure_rows,
    format_markdown,
    format_text,
)
from benchmarks.harness.figures import measure_answer, measure_judged
from benchmarks.harness.timing import (
    Cost,
    ToolTiming,
    ratios,
    time_command,
)
from benchmarks.harness.tool_answers import (
    Answer,
    TruthTable,
    labels_of,
    save_answer,
)
from benchmarks.peers.table import PEERS

pytestmark = pytest.mark.slow


def test_a_small_run_of_quality(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--only", "ours,ours-unlabelled", "--sets", "fake_1000,historical_50k"]
    code = quality.main([*arguments, "--data", str(small_data), "--out", str(tmp_path)])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    assert (
        "skipped: historical_50k: historical_figures_with_errors_50k.parquet is not in"
        in captured.err
    )
    row, unlabelled = json.loads((tmp_path / "quality.json").read_text("utf-8"))["rows"]
    assert unlabelled["tool"] == "ours-unlabelled"
    assert unlabelled["model"] != row["model"]
    assert unlabelled["clusters"]["0.5"]["pairwise"]["f1"] > 0.7
    assert (row["set"], row["tool"], row["records"], row["true_pairs"]) == (
        "fake_1000",
        "ours",
        360,
        120,
    )
    assert row["candidate_recall"] > 0.9
    assert set(row["clusters"]) == {"0.5", "0.95"}
    assert 0 < row["clusters"]["0.5"]["pairwise"]["precision"] <= 1
    assert captured.out.splitlines()[0].split()[:2] == ["set", "tool"]
    ElementTree.fromstring((tmp_path / "quality.svg").read_text("utf-8"))


def test_a_small_run_of_speed(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "--only",
        "ours",
        "--sets",
        "fake_1000,persons_100k",
        "--rounds",
        "1",
        "--out",
        str(tmp_path),
    ]
    assert speed.main([*arguments, "--data", str(small_data)]) == 0
    assert "skipped: persons_100k: persons.py is not in" in capsys.readouterr().err
    report = json.loads((tmp_path / "speed.json").read_text("utf-8"))
    (row,) = report["rounds"]
    assert row["wall"] > 0
    assert 0 < row["f1"] <= 1
    assert row["times_first"]["median"] == 1
    assert {row["stage"] for row in report["stages"]} >= {"normalise", "block: keys", "cluster"}
    chart = (tmp_path / "stages.svg").read_text("utf-8")
    ElementTree.fromstring(chart)
    assert "fake_1000" in chart


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["--sets", "febrl9"], "febrl9: choose from"), (["--only", ""], "nothing: choose from")],
)
def test_unknown_names_are_refused(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        quality.main(arguments)
    assert caught.value.code == 2
    assert word in capsys.readouterr().err


def test_failed_tool_is_reported(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "resolver_command", lambda: ["false"])
    done, _, failed = quality.run_tools(["fake_1000"], ["ours"], small_data, tmp_path)
    assert done == []
    assert failed == ["fake_1000, ours: it ended without a word"]


def test_rows_of_two_runs_are_merged() -> None:
    def row(name: str, tool: str, f1: float) -> dict[str, object]:
        return {"set": name, "variant": "", "tool": tool, "f1": f1}

    earlier = [
        row("fake_1000", "splink", 0.9),
        row("fake_1000", "ours", 0.8),
        row("febrl3", "splink", 0.9),
    ]
    merged = quality.merge_rows(earlier, [row("fake_1000", "ours", 0.95)])
    assert [(row["set"], row["tool"], row["f1"]) for row in merged] == [
        ("febrl3", "splink", 0.9),
        ("fake_1000", "ours", 0.95),
        ("fake_1000", "splink", 0.9),
    ]
    assert quality.merge_rows([], earlier) == quality.merge_rows(earlier, [])


@pytest.fixture
def toy_answer(tmp_path: Path) -> tuple[Task, Path]:
    """Return five records in clusters a a b b b, with three candidate pairs, one of them wrong."""
    ids, clusters = pd.Series(list("vwxyz")), pd.Series(list("aabbb"))
    truth = write_truth(tmp_path, ids, clusters)
    task = Task("toy", "", DEDUPE, (), (), truth)
    pairs = {"left": ["v", "w", "x"], "right": ["w", "x", "y"], "score": [0.9, 0.6, 0.4]}
    info = {"tool": "toy", "seconds": {"whole": 1.0}, "peak_mib": 10.0}
    save_answer(
        tmp_path / "toy",
        pairs,
        {"id": ["v", "w", "x", "y"], "0.5": [1, 1, 1, 2], "0.95": [1, 1, 2, 3]},
        info,
    )
    return task, tmp_path / "toy"


def test_figures_of_a_toy_answer(toy_answer: tuple[Task, Path]) -> None:
    row = measure_answer(*toy_answer)
    assert row["true_pairs"] == 4
    assert row["candidate_recall"] == 2 / 4
    assert row["own"] == {
        "threshold": 0.5,
        "precision": 0.5,
        "recall": 0.25,
        "f1": pytest.approx(1 / 3),
        "wrong": 1,
    }
    # from 0.4 two of three pairs are right
    assert row["best"]["threshold"] == 0.4
    assert row["best"]["f1"] == pytest.approx(2 * 2 / (3 + 4))
    assert row["precision_at_recall_99"] is None
    assert row["precision_at_recall_99_of_candidates"] == pytest.approx(2 / 3)
    assert row["probability"]["brier"] == pytest.approx((0.01 + 0.36 + 0.36) / 3)
    # z is left out of the clusters, so it is a cluster of its own
    assert row["clusters"]["0.5"] == {
        "pairwise": {"precision": pytest.approx(1 / 3), "recall": 0.25, "f1": pytest.approx(2 / 7)},
        "b_cubed": {
            "precision": pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5),
            "recall": pytest.approx((1 + 1 + 1 / 3 + 1 / 3 + 1 / 3) / 5),
            "f1": pytest.approx(0.66),
        },
        "clusters": 3,
        "largest": 3,
    }


def test_linking_counts_pairs_across_only(tmp_path: Path) -> None:
    ids, clusters, sides = pd.Series(list("vwx")), pd.Series(list("aaa")), pd.Series([0, 0, 1])
    task = Task("toy", "", LINK, (), (), write_truth(tmp_path, ids, clusters, sides))
    info = {"tool": "toy", "seconds": {"whole": 1.0}, "peak_mib": 10.0}
    save_answer(tmp_path / "toy", {"left": ["v"], "right": ["x"], "score": [0.9]}, None, info)
    row = measure_answer(task, tmp_path / "toy")
    assert (row["true_pairs"], row["candidate_recall"], row["clusters"]) == (2, 0.5, {})


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [(["v", "w"], ["w", "v"], "a pair stands twice"), (["v"], ["q"], "'q' is no id")],
)
def test_impossible_answers_are_refused(
    toy_answer: tuple[Task, Path], left: list[str], right: list[str], reason: str
) -> None:
    task, folder = toy_answer
    pairs = {"left": left, "right": right, "score": [0.5] * len(left)}
    save_answer(folder, pairs, None, {"tool": "toy"})
    with pytest.raises(ValueError, match=reason):
        Answer.load(folder, TruthTable.load(task.truth))


def test_labels_follow_the_truth(toy_answer: tuple[Task, Path]) -> None:
    truth = TruthTable.load(toy_answer[0].truth)
    labels = labels_of(pd.Series(["z", "v"]), pd.Series(["one", "one"]), truth)
    assert labels[4] == labels[0]
    assert len(np.unique(labels)) == 4


def test_judged_pairs_are_split_by_list(tmp_path: Path) -> None:
    pairs = {
        "left": ["un-sc:1", "un-sc:2", "us-ofac-sdn:3"],
        "right": ["us-ofac-sdn:1", "us-ofac-sdn:2", "us-ofac-sdn:4"],
        "score": [0.99, 0.2, 0.6],
        "score_untold": [0.99, 0.7, 0.6],
        "same": [True, False, False],
        "cross": [True, True, False],
        "together_0.5": [True, False, True],
        "candidate": [True, False, True],
    }
    info = {
        **{
            "tool": "ours",
            "seconds": {"whole": 1.0},
            "peak_mib": 10.0,
            "match_from": 0.95,
            "missing": 0,
        },
        **{"records": 9, "run_review": 2},
    }
    save_answer(tmp_path, pairs, None, info)
    row = measure_judged(Task("ofac_un", "", "judged", (), (), tmp_path, "in-sample"), tmp_path)
    assert row["own"]["wrong"] == 1
    assert {part: split["own"]["wrong"] for part, split in row["split"].items()} == {
        "cross-list": 0,
        "within-list": 1,
        "lists not told": 2,
    }
    assert row["match_band"] == {"wrong": 0, "recall": 1.0}
    assert row["clusters"]["0.5"]["pairwise"]["precision"] == 0.5
    assert "in-sample" in quality.figure_notes([row])[0]


def test_tables_have_all_columns(toy_answer: tuple[Task, Path]) -> None:
    lines = figure_rows([measure_answer(*toy_answer)])
    assert [len(line) for line in lines] == [len(COLUMNS)]
    assert format_text(lines).count("\n") == 2
    assert format_markdown(lines).splitlines()[1].count("|") == len(COLUMNS) + 1


def test_tasks_survive_their_file(toy_answer: tuple[Task, Path]) -> None:
    task = toy_answer[0]
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_each_peer_has_a_script(root: Path) -> None:
    for peer in PEERS:
        assert (root / "benchmarks" / "peers" / f"{peer.script}.py").is_file()
        task = Task(*peer.sets[0].partition(" ")[::2], DEDUPE, (), (), root)
        names = [name for name, _ in peer.runs(task)]
        assert names
        assert all(name.startswith(peer.name) for name in names)
        assert peer.runs(Task("none", "", DEDUPE, (), (), root)) == []


def timing(tool: str, walls: list[float], f1: float) -> ToolTiming:
    return ToolTiming(tool, tuple(Cost(wall, wall, 1.0) for wall in walls), f1, f1)


def test_ratios_are_per_round() -> None:
    assert ratios(timing("ours", [1.0, 2.0, 4.0], 1), timing("splink", [2.0, 2.0, 2.0], 1)) == [
        2.0,
        1.0,
        0.5,
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [(56_310, "56k"), (880_000, "0.88M"), (6_000_000, "6M"), (12_345_678, "12M")],
)
def test_speeds_have_two_digits(number: float, text: str) -> None:
    assert short_number(number) == text


def test_unequal_quality_is_reported() -> None:
    task = Task("toy", "", DEDUPE, (), (), Path())
    resolver, worse, even = (
        timing("ours", [1], 0.47),
        timing("splink", [1], 0.90),
        timing("splink", [1], 0.465),
    )
    assert (
        "not at equal quality: F1 0.4700 (ours) and 0.9000"
        in speed.find_warnings(task, [resolver, worse], changed=False)[0]
    )
    assert speed.find_warnings(task, [resolver, even], changed=False) == []
    assert "the model changed" in speed.find_warnings(task, [resolver, even], changed=True)[0]


def test_peak_memory_excludes_the_parent(tmp_path: Path, root: Path) -> None:
    """Check that no measurement counts memory of the process that starts a program."""
    ballast = np.ones(40_000_000)
    code = (
        "from benchmarks.harness.clock import peak_mib; "
        f"open(r'{tmp_path / 'peak'}', 'w').write(str(peak_mib()))"
    )
    cost = time_command([sys.executable, "-c", code], root)
    assert ballast.nbytes > 300 * 2**20
    assert cost.peak_mib < 100
    assert float((tmp_path / "peak").read_text("utf-8")) < 100


def test_failed_command_reports_its_last_line(root: Path) -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        time_command([sys.executable, "-c", "raise SystemExit('no such luck')"], root)
