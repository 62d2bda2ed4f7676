"""`train` and `compare`."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.cli.model import measures

pytestmark = pytest.mark.slow


FIRST = "Ana Boris Carla Dmitri Elena Farid Greta Hassan Irina Jamal Karim Lena".split()
LAST = "Abramov Brandt Castillo Dogan Eriksen Fuchs Gruber Haddad Ivanov Jansen".split()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Write a list that is free of duplicates, with an alias for each of 120 people."""
    rows = [
        f'{number},{first} {last},"{last.upper()}, {first[:-1]}",'
        f"{1940 + number % 50}-0{1 + number % 9}-1{number % 7}"
        for number, (first, last) in enumerate(itertools.product(FIRST, LAST))
    ]
    (tmp_path / "people.csv").write_text("\n".join(["id,name,aka,born", *rows]), "utf-8")
    (tmp_path / "people.mapping.yml").write_text(
        "id: id\nkind: person\nsource: people\ndeduplicated: true\n"
        "properties: {name: name, alias: aka, birthDate: born}\n",
        "utf-8",
    )
    return tmp_path / "people.csv"


@pytest.mark.slow
def test_model_is_fitted_and_used(
    people: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measures, "PROBES", 1_320)
    monkeypatch.setattr(measures, "SIZES", (300,))
    model = tmp_path / "model"
    assert run(["train", str(people), "--no-worlds", "--version", "mine", "--out", str(model)]) == 0
    shown = capsys.readouterr()
    # nearly every entry can be resampled
    resampled = re.search(r"\| person \| resampled entries \| (\d+) \|", shown.out)
    assert resampled is not None
    assert 115 <= int(resampled[1]) <= 120
    assert "person: version mine" in shown.out
    assert "## Calibration by size of population" in shown.out
    assert "note: nothing to learn for group, asset; copied from the model before" in shown.err
    assert {path.name for path in model.iterdir()} == {
        "person.json",
        "group.json",
        "asset.json",
        "tables.json",
        "card.md",
        "fairness.json",
        "calibration.json",
        "checks.json",
        "measured.json",
        "measured_reasons.json",
        "relations.json",
        "reliability.svg",
    }
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("left,right\npeople:1,people:2\n", "utf-8")
    answers = set()
    for options in ([], ["--model", str(model)]):
        assert run(["score", str(pairs), str(people), "--out", "-", *options]) == 0
        answers.add(capsys.readouterr().out)
    assert len(answers) == 2


def test_damaged_model_is_one_line(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "person.json").write_text(json.dumps({"format": 0}), "utf-8")
    assert run(["dedupe", str(people), "--model", str(model), "--out", str(tmp_path / "out")]) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: ")
    assert "unexpected" not in line


def test_unlabeled_excludes_labels(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(people.parent / "model")]
    for options in (
        ["--unlabelled", "--judged", str(people)],
        ["--unlabelled", "--left-out"],
        ["--to", str(people)],
    ):
        assert run(["train", str(people), *out, *options]) == 2
        assert capsys.readouterr().err.startswith("error: --")


@pytest.mark.slow
def test_left_out_sets_are_written(people: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    call = ["train", str(people), "--no-worlds", "--no-probes", "--left-out", "--out", str(model)]
    assert run(call) == 0
    assert (model / "left_out.json").exists()


def test_unlabeled_lists_without_matches_are_refused(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", str(people), "--unlabelled", "--out", str(people.parent / "model")]) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: there is nothing to learn from without labels")


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Write 120 people twice, the second time with a typo, with their clusters in the same file."""
    rows = [
        f"{number}{mark},{first},{last[: len(last) - typo]},"
        f"{1940 + number % 50}-01-1{number % 7},c{number}"
        for number, (first, last) in enumerate(itertools.product(FIRST, LAST))
        for typo, mark in enumerate("ab")
    ]
    (tmp_path / "register.csv").write_text("\n".join(["id,first,last,born,who", *rows]), "utf-8")
    (tmp_path / "register.mapping.yml").write_text(
        "id: id\nkind: person\nsource: r\n"
        "properties: {firstName: first, lastName: last, birthDate: born}\n",
        "utf-8",
    )
    return tmp_path / "register.csv"


@pytest.mark.slow
def test_labeled_clusters_are_used(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with register.open("a", encoding="utf-8") as file:
        file.write("\n999z,,,,c9")
    clusters = ["--clusters", str(register), "--cluster-columns", "id,who"]
    command = ["train", str(register), *clusters, "--no-worlds", "--no-probes"]
    assert run([*command, "--version", "mine", "--out", str(tmp_path / "model")]) == 0
    shown = capsys.readouterr()
    assert "| person | clusters | 120 |" in shown.out
    assert "note: left out: 1 row of records that are not in the lists" in shown.err


def test_cluster_columns_need_two_names_and_clusters(
    register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clusters = ["--clusters", str(register)]
    for options in (
        [*clusters, "--cluster-columns", "id"],
        ["--cluster-columns", "id,who"],
        [*clusters, "--unlabelled"],
    ):
        assert run(["train", str(register), "--out", str(register.parent / "m"), *options]) == 2
        assert capsys.readouterr().err.splitlines()[-1].startswith("error: --")


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a store with decisions of stewards."""
    from tests.training.decision_store import create_store, rule_decisions

    return create_store(tmp_path_factory.mktemp("decided") / "hub.db", rule_decisions())


def test_decisions_correct_a_model_that_is_compared(
    decided: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from resolver.models import loader
    from tests.training.decision_store import symbols

    new = str(tmp_path / "new")
    with symbols():
        assert (
            run(
                ["train", "--from-store", decided, "--no-probes", "--version", "mine", "--out", new]
            )
            == 0
        )
        shown = capsys.readouterr().out
        assert "decisions held out when the new one was trained" in shown
        assert "that wait there would be" in shown or "No pair waits." in shown
        assert f"To use it: resolver rebuild --store {decided} --model {new}" in shown
        shipped = str(loader.MODEL_DIR)
        assert run(["compare", shipped, new, "--store", decided]) == 0
        assert "There are no decisions that neither has learned from." in capsys.readouterr().out
        assert run(["compare", shipped, new, "--store", decided, "--json"]) == 0
        comparison = json.loads(capsys.readouterr().out)
        assert comparison["held_out"]["person"]["gain"] > 0
        assert run(["compare", new, new, "--store", decided]) == 1
        assert capsys.readouterr().err.startswith("error: the two models are the same")


def test_training_needs_lists_or_decisions(
    decided: str, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new"
    for options in (
        [],
        ["--from-store", decided, "--judged", str(people)],
        [str(people), "--unlabelled", "--from-store", decided],
    ):
        assert run(["train", *options, "--out", str(out)]) == 2
        assert capsys.readouterr().err.startswith("error: ")
    missing = f"sqlite:///{tmp_path}/none.db"
    assert run(["train", "--from-store", missing, "--out", str(out)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not out.exists()
