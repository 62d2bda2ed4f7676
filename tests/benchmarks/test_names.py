"""The benchmark of names alone: which original forms count, and a run over the probes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import names
from resolver.pipeline import RunOptions
from tests.records.samples import record


@pytest.mark.parametrize(
    ("latin", "form", "kept"),
    [
        ("Sergei Ivanovich Lebedev", "Сергей Иванович ЛЕБЕДЕВ", True),
        ("Hossein Rezaei", "حسین رضایی", True),
        ("Kim Chol Su", "김철수", True),
        ("Zhang Weiguo", "张伟国", True),
        ("Sergei Ivanovich Lebedev", "Хмурый", False),
        ("Hamid Tabrizi", "أبو عمر", False),
    ],
)
def test_another_alias_is_no_rendering(latin: str, form: str, kept: bool) -> None:
    found, other = names.entries([record("s:1", name=latin, alias=form)])
    assert bool(found) == kept
    assert other == ([] if kept else [("s:1", latin, form)])


def test_wrong_pairs_are_of_one_script_and_of_two_people() -> None:
    forms = {
        "Ivan Petrov": "Иван Петров",
        "Olga Smirnova": "Ольга Смирнова",
        "Ali Karimi": "علی کریمی",
    }
    found, _ = names.entries(
        record(f"s:{latin}", name=latin, alias=form) for latin, form in forms.items()
    )
    drawn = names.wrong_pairs(found)
    assert drawn
    assert all(forms[latin] != form for _, latin, form in drawn)
    assert {script for script, *_ in drawn} == {"CYRILLIC"}


@pytest.mark.parametrize("path", [names.PROBES, names.OTHER_PROBES, names.UNSEEN_PROBES])
def test_the_probes_are_sound(path: Path) -> None:
    cases = names.read_probes(path)
    assert len({(case.schema, *sorted((case.one, case.two))) for case in cases}) == len(cases)
    assert (
        {"Person", "Company"}
        <= {case.schema for case in cases}
        <= {"Person", "Company", "Organization"}
    )


@pytest.mark.slow
def test_the_shipped_model_on_the_probes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert names.main(["--data", str(tmp_path), "--out", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "skipped" in said.err
    assert (tmp_path / "wrong_probes.csv").is_file()
    assert "name_probes_unseen" not in (tmp_path / "wrong_probes.csv").read_text("utf-8")
    for path in (names.PROBES, names.OTHER_PROBES, names.UNSEEN_PROBES):
        table, _ = names.probes(RunOptions(), path)
        assert float(table[1][-1]) >= 0.84
