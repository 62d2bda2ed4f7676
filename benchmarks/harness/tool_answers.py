"""Answers of tools as files: every tool writes them, only `Answer.load` reads them.

`pairs.parquet`: `left`, `right` (ids), `score`: every candidate pair once. `clusters.parquet`:
`id`, and one column of cluster names per merge threshold, named by it (`0.5`, `0.95`). `info.json`:
`tool`, `version`, `settings`, `seconds` (by part, and `whole`), `peak_mib`, and notes of the tool.
Ids are those of the tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.harness.measures import codes_of


@dataclass(frozen=True, slots=True)
class TruthTable:
    """Truth of n records: ids, true cluster and side of each (0 for all where one table is
    deduplicated).
    """

    ids: pd.Index
    clusters: npt.NDArray[np.int64]
    sides: npt.NDArray[np.uint8]

    @property
    def across(self) -> npt.NDArray[np.uint8] | None:
        """Return the sides where two tables are linked, else None: then every pair counts."""
        return self.sides if self.sides.any() else None

    @classmethod
    def load(cls, path: Path) -> TruthTable:
        """Read `truth.parquet`. Raises `ValueError` where an id is repeated."""
        frame = pd.read_parquet(path)
        ids = pd.Index(frame["id"])
        if not ids.is_unique:
            raise ValueError(f"{path}: an id stands twice")
        return cls(
            ids, codes_of(frame["cluster"].to_numpy(dtype=str)), frame["side"].to_numpy(np.uint8)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a tool: scored pairs of rows of the truth, and cluster labels per threshold."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    clusters: Mapping[str, npt.NDArray[np.int64]]
    info: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path, truth: TruthTable) -> Answer:
        """Read the files of a tool.

        A record that a tool leaves out of its clusters is a cluster of its own. Raises `ValueError`
        for ids that the truth does not have and for a repeated pair.
        """
        info = json.loads((folder / "info.json").read_text("utf-8"))
        pairs = pd.read_parquet(folder / "pairs.parquet")
        left, right = (_rows(pairs[side], truth, f"{folder}: pairs") for side in ("left", "right"))
        keys = np.minimum(left, right) * len(truth.ids) + np.maximum(left, right)
        if len(np.unique(keys)) != len(keys):
            raise ValueError(f"{folder}: a pair stands twice")
        return cls(left, right, pairs["score"].to_numpy(np.float64), _clusters(folder, truth), info)


def _rows(ids: pd.Series, truth: TruthTable, place: str) -> npt.NDArray[np.int64]:
    rows: npt.NDArray[np.int64] = truth.ids.get_indexer(pd.Index(ids.astype(str))).astype(np.int64)
    if (rows < 0).any():
        raise ValueError(f"{place}: {ids.iloc[int(np.argmin(rows))]!r} is no id of the data")
    return rows


def _clusters(folder: Path, truth: TruthTable) -> dict[str, npt.NDArray[np.int64]]:
    path = folder / "clusters.parquet"
    if not path.is_file():
        return {}
    frame = pd.read_parquet(path)
    return {
        str(threshold): labels_of(frame["id"], frame[threshold], truth)
        for threshold in frame.columns.drop("id")
    }


def labels_of(ids: pd.Series, clusters: pd.Series, truth: TruthTable) -> npt.NDArray[np.int64]:
    """Return labels of the truth's records; a missing record is a cluster of its own."""
    labels = -1 - np.arange(len(truth.ids), dtype=np.int64)
    labels[_rows(ids, truth, "clusters")] = codes_of(clusters.to_numpy(dtype=str))
    return labels


def save_answer(
    folder: Path,
    pairs: Mapping[str, Any],
    clusters: Mapping[str, Any] | None,
    info: Mapping[str, Any],
) -> None:
    """Write an answer from columns."""
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(dict(pairs)).to_parquet(folder / "pairs.parquet", index=False)
    if clusters is not None:
        pd.DataFrame(dict(clusters)).to_parquet(folder / "clusters.parquet", index=False)
    (folder / "info.json").write_text(json.dumps(info, indent=1) + "\n", "utf-8")
