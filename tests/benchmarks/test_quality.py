"""A small run of the whole, ours only, and the files that tools answer with."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from benchmarks import quality, speed
from benchmarks.charts.stage_chart import spoken
from benchmarks.harness.datasets import (
    DEDUPE,
    LINK,
    Task,
    write_truth,
)
from benchmarks.harness.figure_table import (
    COLUMNS,
    markdown,
    plain,
    rows,
)
from benchmarks.harness.figures import figures, judged_figures
from benchmarks.harness.timing import (
    Cost,
    Timing,
    ratios,
    timed,
)
from benchmarks.harness.tool_answers import (
    Answer,
    Truth,
    labels_of,
    save,
)
from benchmarks.peers.table import PEERS


def test_a_small_run_of_quality(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--only", "ours,ours-unlabelled", "--sets", "fake_1000,historical_50k"]
    code = quality.main([*asked, "--data", str(small_data), "--out", str(tmp_path)])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert (
        "skipped: historical_50k: historical_figures_with_errors_50k.parquet is not in" in said.err
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
    assert said.out.splitlines()[0].split()[:2] == ["set", "tool"]
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
    found = json.loads((tmp_path / "speed.json").read_text("utf-8"))
    (row,) = found["rounds"]
    assert row["wall"] > 0
    assert 0 < row["f1"] <= 1
    assert row["times_first"]["median"] == 1
    assert {one["stage"] for one in found["stages"]} >= {"normalise", "block: keys", "cluster"}
    chart = (tmp_path / "stages.svg").read_text("utf-8")
    ElementTree.fromstring(chart)
    assert "fake_1000" in chart


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["--sets", "febrl9"], "febrl9: choose from"), (["--only", ""], "nothing: choose from")],
)
def test_what_is_not_known_is_said(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        quality.main(arguments)
    assert caught.value.code == 2
    assert word in capsys.readouterr().err


def test_a_tool_that_fails_is_said_and_the_others_go_on(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "ours_command", lambda: ["false"])
    done, _, failed = quality.run(["fake_1000"], ["ours"], small_data, tmp_path)
    assert done == []
    assert failed == ["fake_1000, ours: it ended without a word"]


def test_rows_of_two_runs_stand_together() -> None:
    def row(name: str, tool: str, f1: float) -> dict[str, object]:
        return {"set": name, "variant": "", "tool": tool, "f1": f1}

    earlier = [
        row("fake_1000", "splink", 0.9),
        row("fake_1000", "ours", 0.8),
        row("febrl3", "splink", 0.9),
    ]
    both = quality.together(earlier, [row("fake_1000", "ours", 0.95)])
    assert [(one["set"], one["tool"], one["f1"]) for one in both] == [
        ("febrl3", "splink", 0.9),
        ("fake_1000", "ours", 0.95),
        ("fake_1000", "splink", 0.9),
    ]
    assert quality.together([], earlier) == quality.together(earlier, [])


@pytest.fixture
def answered(tmp_path: Path) -> tuple[Task, Path]:
    """Five records, true clusters a a b b b; three candidate pairs, one of them wrong."""
    ids, clusters = pd.Series(list("vwxyz")), pd.Series(list("aabbb"))
    truth = write_truth(tmp_path, ids, clusters)
    task = Task("toy", "", DEDUPE, (), (), truth)
    pairs = {"left": ["v", "w", "x"], "right": ["w", "x", "y"], "score": [0.9, 0.6, 0.4]}
    info = {"tool": "toy", "seconds": {"whole": 1.0}, "peak_mib": 10.0}
    save(
        tmp_path / "toy",
        pairs,
        {"id": ["v", "w", "x", "y"], "0.5": [1, 1, 1, 2], "0.95": [1, 1, 2, 3]},
        info,
    )
    return task, tmp_path / "toy"


def test_figures_by_hand(answered: tuple[Task, Path]) -> None:
    row = figures(*answered)
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
    # z is left out of the clusters: it is alone
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
    save(tmp_path / "toy", {"left": ["v"], "right": ["x"], "score": [0.9]}, None, info)
    row = figures(task, tmp_path / "toy")
    assert (row["true_pairs"], row["candidate_recall"], row["clusters"]) == (2, 0.5, {})


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [(["v", "w"], ["w", "v"], "a pair stands twice"), (["v"], ["q"], "'q' is no id")],
)
def test_an_answer_that_cannot_be_is_refused(
    answered: tuple[Task, Path], left: list[str], right: list[str], reason: str
) -> None:
    task, folder = answered
    pairs = {"left": left, "right": right, "score": [0.5] * len(left)}
    save(folder, pairs, None, {"tool": "toy"})
    with pytest.raises(ValueError, match=reason):
        Answer.load(folder, Truth.load(task.truth))


def test_labels_follow_the_truth(answered: tuple[Task, Path]) -> None:
    truth = Truth.load(answered[0].truth)
    labels = labels_of(pd.Series(["z", "v"]), pd.Series(["one", "one"]), truth)
    assert labels[4] == labels[0]
    assert len(np.unique(labels)) == 4


def test_judged_pairs_apart_by_list(tmp_path: Path) -> None:
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
    save(tmp_path, pairs, None, info)
    row = judged_figures(Task("ofac_un", "", "judged", (), (), tmp_path, "in-sample"), tmp_path)
    assert row["own"]["wrong"] == 1
    assert {part: split["own"]["wrong"] for part, split in row["split"].items()} == {
        "cross-list": 0,
        "within-list": 1,
        "lists not told": 2,
    }
    assert row["match_band"] == {"wrong": 0, "recall": 1.0}
    assert row["clusters"]["0.5"]["pairwise"]["precision"] == 0.5
    assert "in-sample" in quality.notes([row])[0]


def test_tables_have_every_column(answered: tuple[Task, Path]) -> None:
    lines = rows([figures(*answered)])
    assert [len(line) for line in lines] == [len(COLUMNS)]
    assert plain(lines).count("\n") == 2
    assert markdown(lines).splitlines()[1].count("|") == len(COLUMNS) + 1


def test_tasks_survive_their_file(answered: tuple[Task, Path]) -> None:
    task = answered[0]
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_every_peer_has_its_script(root: Path) -> None:
    for peer in PEERS:
        assert (root / "benchmarks" / "peers" / f"{peer.script}.py").is_file()
        task = Task(*peer.sets[0].partition(" ")[::2], DEDUPE, (), (), root)
        names = [name for name, _ in peer.runs(task)]
        assert names
        assert all(name.startswith(peer.name) for name in names)
        assert peer.runs(Task("none", "", DEDUPE, (), (), root)) == []


def timing(tool: str, walls: list[float], f1: float) -> Timing:
    return Timing(tool, tuple(Cost(wall, wall, 1.0) for wall in walls), f1, f1)


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios(timing("ours", [1.0, 2.0, 4.0], 1), timing("splink", [2.0, 2.0, 2.0], 1)) == [
        2.0,
        1.0,
        0.5,
    ]


@pytest.mark.parametrize(
    ("number", "words"),
    [(56_310, "56k"), (880_000, "0.88M"), (6_000_000, "6M"), (12_345_678, "12M")],
)
def test_speeds_are_told_to_two_digits(number: float, words: str) -> None:
    assert spoken(number) == words


def test_speed_at_unequal_quality_is_said() -> None:
    task = Task("toy", "", DEDUPE, (), (), Path())
    ours, worse, even = (
        timing("ours", [1], 0.47),
        timing("splink", [1], 0.90),
        timing("splink", [1], 0.465),
    )
    assert (
        "not at equal quality: F1 0.4700 (ours) and 0.9000"
        in speed.warnings(task, [ours, worse], changed=False)[0]
    )
    assert speed.warnings(task, [ours, even], changed=False) == []
    assert "the model changed" in speed.warnings(task, [ours, even], changed=True)[0]


def test_peak_memory_is_the_programs_own(tmp_path: Path, root: Path) -> None:
    """Neither way of measuring may count what the process that starts a program holds."""
    held = np.ones(40_000_000)
    code = "from benchmarks.harness.clock import peak_mib; open(r'{}', 'w').write(str(peak_mib()))".format(
        tmp_path / "peak"
    )
    cost = timed([sys.executable, "-c", code], root)
    assert held.nbytes > 300 * 2**20
    assert cost.peak_mib < 100
    assert float((tmp_path / "peak").read_text("utf-8")) < 100


def test_a_command_that_fails_says_its_last_words(root: Path) -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        timed([sys.executable, "-c", "raise SystemExit('no such luck')"], root)
