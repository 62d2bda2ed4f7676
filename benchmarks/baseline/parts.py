"""Parts of the baseline: each runs commands and writes the outputs that count into a folder."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.baseline.digests import (
    RAW,
    comparable_answer,
    evidence_values,
    export_lines,
    reject_places,
)
from benchmarks.baseline.processes import run_resolver, serve_store
from benchmarks.baseline.queries import queries_of, send_queries
from benchmarks.harness.datasets import LIST_PATHS, AbsentError

HISTORICAL = "peers/historical_figures_with_errors_50k.parquet"
HISTORICAL_PROPERTIES: dict[str, dict[str, Any]] = {
    "few": {
        "name": ["full_name"],
        "firstName": "first_name",
        "lastName": "surname",
        "birthDate": "dob",
        "birthPlace": "birth_place",
    },
    "all": {
        "name": ["full_name"],
        "firstName": "first_name",
        "lastName": "surname",
        "birthDate": "dob",
        "birthPlace": "birth_place",
        "position": "occupation",
        "gender": "gender",
        "address.postalCode": "postcode_fake",
    },
}
DEMO_RECORDS, DEMO_CHECKS, REAL_CHECKS = 30_000, 500, 300
TINY_RECORDS, TINY_CHECKS = 300, 40
RESULTS = ("links.csv", "entities.csv", "entities.ftm.json", "statements.csv")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Folders of one run: `data` holds real lists, `work` the inputs and stores made meanwhile."""

    data: Path
    work: Path

    def real(self, *names: str) -> list[Path]:
        """Return paths of real data. Raises `AbsentError` where one does not exist."""
        paths = [self.data / name for name in names]
        for path in paths:
            if not path.exists():
                raise AbsentError(f"{path.name} is not in {path.parent}")
        return paths

    def demo_lists(self, records: int) -> list[Path]:
        """Return the lists of a generated world, sorted by name; it is generated once."""
        folder = self.work / f"demo-{records}"
        if not folder.is_dir():
            run_resolver("demo", "--records", records, "--only-lists", "--out", folder)
        return sorted(path for path in (folder / "lists").iterdir() if ".mapping." not in path.name)


def _copy_results(result: Path, out: Path, space: Workspace, prefix: str = "") -> None:
    """Copy the files of a run that count, with the places of its rejects."""
    for name in RESULTS:
        shutil.copyfile(result / name, out / f"{prefix}{name}")
    shutil.copyfile(result / "rejects.csv", out / f"{RAW}{prefix}rejects.csv")
    places = reject_places(result / "rejects.csv", (space.data, space.work))
    (out / f"{prefix}rejects-places.csv").write_text(places, "utf-8")


def _run_dedupe(
    files: Sequence[Path], out: Path, space: Workspace, *options: object, prefix: str = ""
) -> None:
    with tempfile.TemporaryDirectory(dir=space.work) as result:
        run_resolver("dedupe", *files, "--out", result, *options)
        _copy_results(Path(result), out, space, prefix)


def _run_real_lists(space: Workspace, out: Path) -> None:
    _run_dedupe(space.real(*LIST_PATHS), out, space)


def _run_historical(space: Workspace, out: Path) -> None:
    (table,) = space.real(HISTORICAL)
    for name, properties in HISTORICAL_PROPERTIES.items():
        mapping = space.work / f"historical-{name}.yml"
        content = {"id": "unique_id", "kind": "person", "source": "h50k", "properties": properties}
        # JSON is YAML
        mapping.write_text(json.dumps(content), "utf-8")
        _run_dedupe([table], out, space, "--mapping", mapping, prefix=f"{name}-")


def _run_demo(space: Workspace, out: Path) -> None:
    lists = space.demo_lists(DEMO_RECORDS)
    _run_dedupe(lists, out, space)
    # then link across the two halves, and score a sample of the pairs
    half = len(lists) // 2
    link_folder = space.work / "linked"
    others = [word for path in lists[half:] for word in ("--to", path)]
    run_resolver("link", *lists[:half], *others, "--out", link_folder)
    _copy_results(link_folder, out, space, "link-")
    pairs = space.work / "pairs.csv"
    with (out / "links.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["left_id"], row["right_id"]) for row in csv.DictReader(file)]
    with pairs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("left", "right"), *((right, left) for left, right in rows[::20])])
    run_resolver("score", pairs, *lists, "--out", out / "score.csv")


def _fill_store(
    space: Workspace, name: str, groups: Sequence[Sequence[Path]], out: Path | None
) -> Path:
    """Return the path of a store filled by one increment per group of lists; it is made once.

    With `out` the results of every increment are kept there, and exports of the store.
    """
    path = space.work / f"{name}.db"
    url = f"sqlite:///{path}"
    if (space.work / f"{name}.filled").exists() and out is None:
        return path
    for stale in space.work.glob(f"{name}.*"):
        shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    for number, files in enumerate(groups, start=1):
        if out is None:
            run_resolver("dedupe", *files, "--store", url)
        else:
            _run_dedupe(files, out, space, "--store", url, prefix=f"increment{number}-")
    canonical = space.work / f"{name}.canonical"
    run_resolver("export", "--store", url, "--canonical", "--out", canonical)
    if out is not None:
        shutil.copyfile(canonical, out / "canonical.jsonl")
        run_resolver("export", "--store", url, "--out", out / f"{RAW}export.jsonl")
        (out / "export.jsonl").write_text(export_lines(out / f"{RAW}export.jsonl"), "utf-8")
    (space.work / f"{name}.filled").touch()
    return path


def _split_in_half(lists: Sequence[Path]) -> list[Sequence[Path]]:
    half = len(lists) // 2
    return [lists[:half], lists[half:]]


def _fill_demo_store(space: Workspace, out: Path | None, records: int = DEMO_RECORDS) -> Path:
    return _fill_store(space, f"store-{records}", _split_in_half(space.demo_lists(records)), out)


def _fill_real_store(space: Workspace, out: Path | None) -> Path:
    lists = space.real(*LIST_PATHS)
    return _fill_store(space, "store-real", [lists[:1], lists[1:]], out)


def _run_increment(space: Workspace, out: Path) -> None:
    _fill_demo_store(space, out)


def _run_real_increment(space: Workspace, out: Path) -> None:
    _fill_real_store(space, out)


def _run_checks(store: Path, count: int, out: Path) -> None:
    """Send checks to a served store; write what counts of each answer, one line each."""
    canonical = store.with_suffix(".canonical").read_text("utf-8")
    queries = queries_of(canonical.splitlines(), count)
    with (
        serve_store(f"sqlite:///{store}") as service,
        (out / f"{RAW}answers.jsonl").open("w", encoding="utf-8") as raw,
        (out / "answers.jsonl").open("w", encoding="utf-8") as answers,
        (out / "evidence-values.jsonl").open("w", encoding="utf-8") as values,
    ):
        for name, answer in send_queries(service.address, queries):
            for file, row in (
                (raw, answer),
                (answers, comparable_answer(answer)),
                (values, evidence_values(answer)),
            ):
                file.write(json.dumps([name, row], ensure_ascii=False) + "\n")


def _run_demo_checks(space: Workspace, out: Path) -> None:
    _run_checks(_fill_demo_store(space, None), DEMO_CHECKS, out)


def _run_real_checks(space: Workspace, out: Path) -> None:
    _run_checks(_fill_real_store(space, None), REAL_CHECKS, out)


def _run_tiny(space: Workspace, out: Path) -> None:
    _run_dedupe(space.demo_lists(TINY_RECORDS), out, space)
    _run_checks(_fill_demo_store(space, out, TINY_RECORDS), TINY_CHECKS, out)


PARTS: dict[str, Callable[[Workspace, Path], None]] = {
    "tiny": _run_tiny,
    "demo": _run_demo,
    "increment": _run_increment,
    "checks": _run_demo_checks,
    "real": _run_real_lists,
    "real_increment": _run_real_increment,
    "real_checks": _run_real_checks,
    "historical": _run_historical,
}
