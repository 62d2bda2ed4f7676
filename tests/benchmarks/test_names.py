"""Benchmark of names: forms that count as renderings, and a run over the probes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import names
from resolver.matching.resolution_task import RunOptions
from tests.records.samples import record


@pytest.mark.parametrize(
    ("latin", "form", "is_rendering"),
    [
        ("Sergei Ivanovich Lebedev", "Сергей Иванович ЛЕБЕДЕВ", True),
        ("Hossein Rezaei", "حسین رضایی", True),
        ("Kim Chol Su", "김철수", True),
        ("Zhang Weiguo", "张伟国", True),
        ("Sergei Ivanovich Lebedev", "Хмурый", False),
        ("Hamid Tabrizi", "أبو عمر", False),
    ],
)
def test_other_aliases_are_left_out(latin: str, form: str, is_rendering: bool) -> None:
    entries, aliases = names.find_entries([record("s:1", name=latin, alias=form)])
    assert bool(entries) == is_rendering
    assert aliases == ([] if is_rendering else [("s:1", latin, form)])


def test_wrong_pairs_have_one_script_and_two_persons() -> None:
    forms = {
        "Ivan Petrov": "Иван Петров",
        "Olga Smirnova": "Ольга Смирнова",
        "Ali Karimi": "علی کریمی",
    }
    entries, _ = names.find_entries(
        record(f"s:{latin}", name=latin, alias=form) for latin, form in forms.items()
    )
    pairs = names.draw_wrong_pairs(entries)
    assert pairs
    assert all(forms[latin] != form for _, latin, form in pairs)
    assert {script for script, *_ in pairs} == {"CYRILLIC"}


@pytest.mark.parametrize("path", [names.PROBES, names.OTHER_PROBES, names.UNSEEN_PROBES])
def test_probes_are_sound(path: Path) -> None:
    cases = names.read_probes(path)
    assert len(
        {(case.schema, *sorted((case.left_name, case.right_name))) for case in cases}
    ) == len(cases)
    assert (
        {"Person", "Company"}
        <= {case.schema for case in cases}
        <= {"Person", "Company", "Organization"}
    )


@pytest.mark.slow
def test_shipped_model_on_probes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert names.main(["--data", str(tmp_path), "--out", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert "skipped" in captured.err
    assert (tmp_path / "wrong_probes.csv").is_file()
    assert "name_probes_unseen" not in (tmp_path / "wrong_probes.csv").read_text("utf-8")
    for path in (names.PROBES, names.OTHER_PROBES, names.UNSEEN_PROBES):
        table, _ = names.score_probes(RunOptions(), path)
        assert float(table[1][-1]) >= 0.84
