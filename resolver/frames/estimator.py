"""`EntityResolver`: deduplication as an estimator of scikit-learn, trained on labeled rows."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from resolver.errors import pluralize
from resolver.training import INSTALL

try:
    from sklearn.base import BaseEstimator, ClusterMixin
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:  # pragma: no cover - the extra is part of the development tools
    raise ImportError(f"EntityResolver needs scikit-learn: {INSTALL}") from error

from resolver.errors import InputError
from resolver.frames import resolving
from resolver.frames.frame_tables import Columns
from resolver.frames.results import Result
from resolver.matching.resolution_task import RunOptions
from resolver.models import loader
from resolver.records.progress import SILENT
from resolver.training.data.labeled_clusters import match_clusters
from resolver.training.train import default_fit_options, save_trained_models, train_models
from resolver.training.training_data import InventedMaterial, gather_training_data

Labels = npt.NDArray[np.int64]
_VERSION = "fitted"


class EntityResolver(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Deduplication of tables, with the conventions of scikit-learn.

    `kind`, `columns` and `merge_at` are as in `dedupe`; `random_state` is the seed of a fit. `fit`
    without labels keeps the shipped model. With labels it fits a model to the table. Rows of the
    same person, group or asset have the same label; an unknown label is None, NaN or -1.

    It takes tables with named columns (`X` as in `dedupe`), not arrays of numbers. Its tags say so,
    and `check_estimator`, which feeds arrays, skips it.

    After `fit`: `model_` maps files of the fitted model to their texts (empty: the shipped one),
    `n_features_in_` counts columns.
    """

    def __init__(
        self,
        kind: str | None = None,
        columns: Columns | None = None,
        merge_at: float | None = None,
        random_state: int = 7,
    ) -> None:
        self.kind = kind
        self.columns = columns
        self.merge_at = merge_at
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = tags.input_tags.categorical = tags.input_tags.allow_nan = True
        tags.no_validation = tags._skip_test = True
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit a model to labeled rows.

        Raises `InputError` if the number of labels is wrong, if nothing can be learned from the
        labels, or if `merge_at` is no probability.
        """
        resolving.complete_options(None, self.merge_at)
        table = resolving.read_data(
            X, resolving.ReadOptions(kind=self.kind, columns=self.columns), SILENT
        )
        self.n_features_in_ = len(table.table.names)
        self.model_: dict[str, str] = {}
        self._folder: Path | None = None
        if y is not None:
            self.model_ = _train(table, _label_texts(y, table.table.rows), self.random_state)
        return self

    def predict(self, X: Any) -> Labels:
        """Return the number of the entity of each row, from 0."""
        return self.resolve(X).entity_ids[0]

    def fit_predict(self, X: Any, y: Any = None, **kwargs: Any) -> Labels:
        """Fit a model to labeled rows, and return, for each row, the number of its entity."""
        return self.fit(X, y).predict(X)

    def resolve(self, X: Any) -> Result:
        """Return the whole result for a table: pairs, clusters and explanations."""
        check_is_fitted(self, "model_")
        options = resolving.complete_options(None, self.merge_at)
        return resolving.dedupe_table(
            X, kind=self.kind, columns=self.columns, options=self._with_model(options)
        )

    def score(self, X: Any, y: Any) -> float:
        """Return the F1 of pairs of rows (0 to 1): merged pairs compared with pairs of equal
        labels.
        """
        merged, true = self.predict(X), _label_texts(y, len(y))
        rows = [row for row, text in enumerate(true) if text]
        true_codes = np.unique(np.array([true[row] for row in rows]), return_inverse=True)[1]
        return pairwise_f1(merged[rows], true_codes)

    def _with_model(self, options: RunOptions) -> RunOptions:
        """Return options with the folder of the fitted model, written when it is first needed."""
        if not self.model_:
            return options
        if self._folder is None:
            folder = Path(tempfile.mkdtemp(prefix="resolver-model-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            for name, text in self.model_.items():
                (folder / name).write_text(text, "utf-8")
            self._folder = folder
        return replace(options, model_dir=self._folder)

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {**state, "_folder": None} if "_folder" in state else state


def pairwise_f1(labels: npt.NDArray[Any], truth: npt.NDArray[Any]) -> float:
    """Return the F1 (0 to 1) of the pairs of rows with equal labels; 1 if there are no pairs."""
    both = np.unique(np.stack([labels, truth]), axis=1, return_counts=True)[1]
    right, merged, same = (
        int((counts * (counts - 1) // 2).sum())
        for counts in (both, *(np.unique(side, return_counts=True)[1] for side in (labels, truth)))
    )
    return 2 * right / (merged + same) if merged + same else 1.0


def _label_texts(y: Any, count: int) -> list[str]:
    """Return labels as texts, empty if unknown. Raises `InputError` if the number of labels is not
    `count`.
    """
    labels: Sequence[Any] = y.tolist() if hasattr(y, "tolist") else list(y)
    if len(labels) != count:
        raise InputError(f"{pluralize(len(labels), 'label')} for {pluralize(count, 'row')}")
    is_unknown = [label is None or label != label or label == -1 for label in labels]
    return [
        "" if unknown else str(label) for unknown, label in zip(is_unknown, labels, strict=True)
    ]


def _train(table: resolving.TableIntake, labels: Sequence[str], seed: int) -> dict[str, str]:
    """Return the files of a model that is fitted to labeled rows, as `resolver train` fits it."""
    intake, tables = table.intake, loader.load("tables", None)
    ids = intake.batch.ids.to_pylist()
    resolved = table.place_in(intake.batch)
    rows = [
        (ids[record], labels[row]) for row, record in enumerate(resolved.records) if record >= 0
    ]
    clusters = match_clusters(rows, ids)
    data = gather_training_data(
        intake, [], tables, InventedMaterial(), clusters=clusters, seed=seed
    )
    if not data.pairs:
        raise InputError(
            "there is nothing to learn from in these labels",
            hint="label more rows: some that are the same, and some that are not",
        )
    trained = train_models(data, tables, _VERSION, default_fit_options(seed))
    with tempfile.TemporaryDirectory() as folder:
        save_trained_models(trained, Path(folder), None)
        return {path.name: path.read_text("utf-8") for path in Path(folder).glob("*.json")}
