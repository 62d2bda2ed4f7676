"""`evaluate --by` and `evaluate --probes`, and the figures saved in a model folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.cli.model import measures
from resolver.models import loader
from tests.cli.conftest import Lists


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    """Return the path of three judged pairs."""
    text = (
        "left,right,label\n"
        "coast:p3,river:9,match\ncoast:p1,river:7,match\ncoast:p1,river:10,distinct\n"
    )
    (tmp_path / "pairs.csv").write_text(text, "utf-8")
    return str(tmp_path / "pairs.csv")


def test_rates_by_group(pairs: str, lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", pairs, *lists.args, "--by", "source, culture", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer["by"]) == ["source", "culture"]
    (group,) = answer["by"]["source"]["groups"]
    assert (group["group"], group["missed"]["of"], group["false"]["of"]) == ("coast × river", 2, 1)
    assert {group["group"] for group in answer["by"]["culture"]["groups"]} == {"russian", "unknown"}
    assert run(["evaluate", pairs, *lists.args, "--by", "missing"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("worst gap by missing: not measurable")
    assert any(line.startswith("no birth place") for line in shown)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--by", "zodiac"],
            "--by has no group 'zodiac' (use kind, source, script, culture, missing)",
        ),
        (["--by", ","], "--by has no group"),
        (["--probes"], "--probes excludes pairs and --by"),
    ],
)
def test_invalid_options_are_refused(
    args: list[str], message: str, pairs: str, lists: Lists, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", pairs, *lists.args, *args]) == 2
    assert message in capsys.readouterr().err


def test_evaluate_needs_pairs_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate"]) == 2
    assert "evaluate needs PAIRS.csv and lists" in capsys.readouterr().err


def test_probes_begin_with_the_worst_gap(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["evaluate", "--probes", "--count", "1320", "--seed", "3"]
    assert run([*args, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer["by"]) == ["culture", "script", "difference"]
    assert answer["probes"] == 1320
    widths = answer["by"]["culture"]["worst_gap"]["missed"]
    assert widths["width"] > 0
    assert run(args) == 0
    first = capsys.readouterr().out.splitlines()[0]
    points = f"{100 * widths['width']:.1f} points"
    assert first.startswith(
        f"worst gap by culture: missed matches {points} ({widths['worst']} over "
    )


def test_only_default_probes_are_saved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "--probes", "--count", "22", "--keep"]) == 2
    assert "--keep saves figures of the default probes only" in capsys.readouterr().err


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the shipped model without figures, and reduce the number of probes."""
    monkeypatch.setattr(measures, "PROBES", 1_320)
    folder = tmp_path / "model"
    shutil.copytree(
        loader.MODEL_DIR,
        folder,
        ignore=shutil.ignore_patterns("*.py", "__pycache__", "fairness.json"),
    )
    return folder


def test_limit_never_rises(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep = ["evaluate", "--probes", "--count", "1320", "--keep", "--model", str(model)]
    assert run(keep) == 0
    first = loader.load("fairness", model)
    width = first["culture"]["worst_gap"]["missed"]["width"]
    assert first["limit"] == width
    assert run(keep) == 0
    assert (model / "fairness.json").read_text("utf-8") == json.dumps(
        first, ensure_ascii=False, sort_keys=True, indent=1
    ) + "\n"
    assert "widened" not in capsys.readouterr().err
    for limit, expected in ((width + 0.1, width), (width - 0.05, width - 0.05)):
        loader.save("fairness", {**first, "limit": limit}, model)
        assert run(keep) == 0
        assert loader.load("fairness", model)["limit"] == expected
        assert ("has widened from" in capsys.readouterr().err) == (limit < width)
