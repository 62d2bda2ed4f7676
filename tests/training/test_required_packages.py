"""What a plain installation does without, and what it says where training is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from resolver import training
from resolver.errors import ResolverError

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

MISSING = {"faker", "joblib", "recordlinkage", "scipy", "sklearn", "threadpoolctl"}


class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
import importlib.util

present = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in MISSING else present(name, *rest)
"""
COMMAND = """
from resolver.__main__ import main

sys.argv = ["resolver", *sys.argv[1:]]
main()
"""
PEOPLE = """id,name,birthDate
1,Ivan Petrovich Sidorov,1962-05-01
2,Sidorov Ivan Petrovich,1962-05-01
3,Olena Kovalenko,1980-11-30
"""


def run_without(
    folder: Path, *arguments: str, code: str = COMMAND
) -> subprocess.CompletedProcess[str]:
    """Run a command, or code, where the packages of the extra `train` cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + code, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_missing_packages_are_listed_with_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "find_spec", lambda name: None if name == "sklearn" else object())
    with pytest.raises(ResolverError) as error:
        training.check_packages()
    assert error.value.line() == (
        "training and measuring models needs scikit-learn (pip install 'watchlist-resolver[train]')"
    )


def test_lists_are_generated_resolved_and_checked_without_the_extra(tmp_path: Path) -> None:
    demo = run_without(tmp_path, "demo", "--records", "300", "--out", "demo")
    assert demo.returncode == 0, demo.stderr
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    store = ("--store", "sqlite:///hub.db")
    dedupe = run_without(tmp_path, "dedupe", "people.csv", *store)
    assert dedupe.returncode == 0, dedupe.stderr
    check = run_without(tmp_path, "check", "Olena Kovalenko", *store)
    assert check.returncode == 0, check.stderr
    assert "Olena Kovalenko" in check.stdout


def test_training_without_the_extra_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    train = run_without(tmp_path, "train", "people.csv", "--out", "model")
    assert train.returncode == 1
    assert "Faker, recordlinkage, scipy, scikit-learn, threadpoolctl" in train.stderr
    assert "pip install 'watchlist-resolver[train]'" in train.stderr
    assert "Traceback" not in train.stderr


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("from resolver import EntityResolver", "EntityResolver needs scikit-learn"),
        (
            "from resolver.frames.recordlinkage_features import RuleIndex",
            "these features need recordlinkage",
        ),
    ],
)
def test_classes_that_need_the_extra_say_what_to_install(
    tmp_path: Path, code: str, needed: str
) -> None:
    result = run_without(tmp_path, code=code)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        f"ImportError: {needed}: pip install 'watchlist-resolver[train]'"
    )
