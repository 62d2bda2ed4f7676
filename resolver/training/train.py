"""Train models of all kinds, and write them to a folder.

Training takes weights of pairs, fits a model for each kind, calibrates it and measures it. The
quality on each set of pairs is measured with a model that learned from all other sets (leave one
set out). A folder of models has one JSON file for each kind, frequency tables, and a model card.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import InputError
from resolver.lists.reader_types import Intake
from resolver.matching.comparators import features_of
from resolver.matching.resolution_task import CHECKS, RELATIONS
from resolver.matching.scoring import (
    NAME_ONLY_PART,
    REGISTER_PART,
    Model,
    model_from_json,
    model_to_json,
    scores,
)
from resolver.models import loader
from resolver.records import Kind
from resolver.records.prepared.population import KindPopulation
from resolver.training import model_card, resampled_entries
from resolver.training.data.labeled_clusters import CLUSTER_ORIGIN
from resolver.training.data.labeled_pairs import LabeledPairs, concat_pairs
from resolver.training.directories import BRANCH_ORIGIN
from resolver.training.fit import model_parts
from resolver.training.fit.cross_validation import cross_validate
from resolver.training.fit.measured_evidence import (
    MEASURED,
    REASONS,
    load_measured,
    measured_levels,
)
from resolver.training.fit.population_model import fit_population_model
from resolver.training.frequency_counts import build_frequency_tables
from resolver.training.model_card import (
    DECIDED_ORIGIN,
    hash_data,
    measure_for_card,
    pair_figures,
)
from resolver.training.name_only import NAME_ONLY_ORIGIN
from resolver.training.reliability import render_reliability_plot
from resolver.training.training_data import TrainingData

SAME_LIST_WEIGHT = -3_000
"""Thousandths: twenty to one against two entries of a list that is free of duplicates.

Stated, not learned: learned from judged pairs it would dominate the model, and the model would fail
for lists without that statement.
"""
OriginWeight = tuple[float, float] | float


@dataclass(frozen=True)
class TrainedModels:
    """Fitted models, frequency tables, and cross-validated figures."""

    models: Mapping[Kind, Model]
    tables: Mapping[str, Any]
    figures: Mapping[str, Any]


def weight_by_origin(data: LabeledPairs, shares: Mapping[str, OriginWeight]) -> LabeledPairs:
    """Return pairs with weights that sum to `shares`, which maps an origin to the sums of its
    positive and negative pairs, or to a total.

    Each population of an origin counts in proportion to its pairs, and each pair in it in
    proportion to the pairs that it stands for there.
    """
    weights = data.weights.copy()
    for origin in set(data.origin.tolist()):
        if origin == CLUSTER_ORIGIN:
            # weights are those of blocking, but not less than those of the invented pairs beside
            # them
            own = data.origin == CLUSTER_ORIGIN
            weights[own] *= max(MIN_CLUSTER_WEIGHT / weights[own].sum(), 1.0)
            continue
        target = shares.get(origin, shares["*"])
        if isinstance(target, float):
            own = data.origin == origin
            weights[own] *= target / weights[own].sum()
            continue
        for label, amount in zip((1, 0), target, strict=True):
            chosen = (data.origin == origin) & (data.labels == label)
            if chosen.any():
                weights[chosen] = amount / chosen.sum() * _shares_within(data.select(chosen))
    return replace(data, weights=weights)


def _shares_within(data: LabeledPairs) -> npt.NDArray[np.float64]:
    """Return weights with mean 1 in each population; pairs without a population have weight 1."""
    shares = np.ones(len(data))
    for chance in np.unique(data.chance[~np.isnan(data.chance)]):
        own = data.chance == chance
        shares[own] = data.weights[own] / data.weights[own].mean()
    return shares


MIN_CLUSTER_WEIGHT = 12_000.0
"""Minimum total weight of the pairs of labeled clusters."""
# About one pair in six is true overall, like among the pairs that blocking finds in watchlists.
ORIGIN_WEIGHTS: Mapping[str, OriginWeight] = {
    "judged": (800.0, 3000.0),
    resampled_entries.RESAMPLED_ORIGIN: (1500.0, 9000.0),
    DECIDED_ORIGIN: 1000.0,
    # about half of the name pairs that users ask about are the same
    NAME_ONLY_ORIGIN: (1000.0, 900.0),
    resampled_entries.CONTROLLED_ORIGIN: (600.0, 300.0),
    resampled_entries.SHARED_NUMBER_ORIGIN: 150.0,
    resampled_entries.SHARED_DATE_ORIGIN: (0.0, 200.0),
    resampled_entries.OTHER_DATE_ORIGIN: (50.0, 0.0),
    BRANCH_ORIGIN: (120.0, 120.0),
    "club": 3000.0,
    "archive": 5000.0,
    "parish": 3000.0,
    "post": 2000.0,
    "census": 6000.0,
    # a thousand institutions, many of which have the same name
    "institutes": (100.0, 570.0),
    "*": (700.0, 4000.0),
}


def default_fit_options(seed: int, base: Path | None = None) -> model_parts.FitOptions:
    """Return fit options with the weights that are stated, and with the counts of contradictions
    that are stored beside the models of `base` (default: the shipped models).
    """
    fixed = {"same_list": SAME_LIST_WEIGHT}
    return model_parts.FitOptions(seed=seed, fixed=fixed, measured=load_measured(base))


def train_models(
    training_data: TrainingData,
    tables: Mapping[str, Any],
    version: str,
    options: model_parts.FitOptions,
) -> TrainedModels:
    """Cross-validate, calibrate on held-out pairs, then fit on all pairs.

    A kind with fewer than `MIN_PAIRS` pairs of either label is left out. Raises `InputError` if no
    kind is left.
    """
    models: dict[Kind, Model] = {}
    figures: dict[str, Any] = {}
    for kind, raw_data in training_data.pairs.items():
        if min(np.bincount(raw_data.labels, minlength=2)) < model_parts.MIN_PAIRS:
            continue
        if not np.isnan(raw_data.chance).all():
            model = _train_for_populations(raw_data, options, _material_summary(training_data))
            figures[kind.label] = model.training["figures"]
            models[kind] = _with_version(model, version)
            continue
        data = weight_by_origin(raw_data, ORIGIN_WEIGHTS)
        options_of = {
            "": options,
            REGISTER_PART: replace(options, **model_parts.REGISTER_FIT),
            NAME_ONLY_PART: replace(options, **model_parts.NAME_ONLY_FIT),
        }
        fitted = {
            name: model_parts.fit_calibrated_part(data.select(mask), options_of[name], name)
            for name, mask in model_parts.split_parts(data).items()
        }
        measured = measure_for_card(
            concat_pairs(part.held_out for part in fitted.values()),
            np.concatenate([part.logodds for part in fitted.values()]),
        )
        figures[kind.label] = measured["figures"]
        training = {
            "seed": options.seed,
            "pairs": _counts(data),
            "data": hash_data(data),
            **measured,
            **_material_summary(training_data),
        }
        parts = {
            name: replace(part.model, version=version) for name, part in fitted.items() if name
        }
        models[kind] = replace(fitted[""].model, version=version, training=training).with_parts(
            parts
        )
    if not models:
        raise InputError(
            "there is too little to learn from",
            hint=f"add lists or judged pairs: one kind needs {model_parts.MIN_PAIRS} true and "
            f"{model_parts.MIN_PAIRS} false pairs",
        )
    return TrainedModels(models, tables, figures)


FREE_ORIGIN_WEIGHTS: Mapping[str, OriginWeight] = {
    "judged": (6_000.0, 18_000.0),
    resampled_entries.RESAMPLED_ORIGIN: (10_000.0, 40_000.0),
    DECIDED_ORIGIN: 5_000.0,
    NAME_ONLY_ORIGIN: (500.0, 500.0),
    resampled_entries.CONTROLLED_ORIGIN: (8_000.0, 8_000.0),
    BRANCH_ORIGIN: (300.0, 300.0),
    "*": (300.0, 300.0),
}
"""Total weights of pairs that were not drawn from a population; others weigh as they occur."""
_ONE_SIDED = (
    resampled_entries.SHARED_DATE_ORIGIN,
    resampled_entries.OTHER_DATE_ORIGIN,
    resampled_entries.SHARED_NUMBER_ORIGIN,
)
"""Stated pairs, from which a fit with free constants learns nothing."""


def _with_version(model: Model, version: str) -> Model:
    """Return a model with a version, which its parts have, too."""
    parts = {name: replace(part, version=version) for name, part in model.parts.items() if name}
    return replace(model, version=version).with_parts(parts)


def _train_for_populations(
    raw_data: LabeledPairs, options: model_parts.FitOptions, summary: Mapping[str, Any]
) -> Model:
    """Fit a model to pairs from populations, with its cross-validated figures and `summary`."""
    counts, digest = _counts(raw_data), hash_data(raw_data)
    parts = _train_name_part(raw_data, options)
    data = weight_for_populations(raw_data)
    in_population = ~np.isnan(data.chance)
    measured = options.measured.get(data.kind)
    model = fit_population_model(data, options.fixed, measured)
    sums, tested = cross_validate(
        data,
        lambda train, test: population_logodds(
            fit_population_model(train, options.fixed, measured), test
        ),
        CARD_FOLDS,
        in_population,
    )
    figures = measure_for_card(data.select(tested), sums[tested])
    training = {"seed": options.seed, "pairs": counts, "data": digest, **figures, **summary}
    return replace(model, training=training).with_parts(parts)


def weight_for_populations(raw_data: LabeledPairs) -> LabeledPairs:
    """Return the pairs from which a model for populations learns, with their weights.

    Pairs drawn from a population keep their weights; other pairs get the weights stated for their
    origin.
    """
    chosen = raw_data.select(~np.isin(raw_data.origin.astype(str), _ONE_SIDED))
    outside = np.isnan(chosen.chance)
    weights = chosen.weights.copy()
    if outside.any():
        weights[outside] = weight_by_origin(chosen.select(outside), FREE_ORIGIN_WEIGHTS).weights
    return replace(chosen, weights=weights)


def _train_name_part(raw_data: LabeledPairs, options: model_parts.FitOptions) -> dict[str, Model]:
    """Return the part that says whether two names are the same, if there are pairs to learn it
    from.
    """
    data = weight_by_origin(raw_data, ORIGIN_WEIGHTS)
    mask = model_parts.split_parts(data).get(NAME_ONLY_PART)
    if mask is None:
        return {}
    part_options = replace(options, **model_parts.NAME_ONLY_FIT)
    part = model_parts.fit_calibrated_part(data.select(mask), part_options, NAME_ONLY_PART)
    return {NAME_ONLY_PART: part.model}


CARD_FOLDS = 3


def population_logodds(model: Model, data: LabeledPairs) -> npt.NDArray[np.int64]:
    """Return the log-odds of pairs (thousandths), each in its own population.

    Pairs without a population get the log-odds that hold if true and false pairs are equally
    likely.
    """
    logodds = model.for_population("", None).logodds(data.evidence)
    in_population = ~np.isnan(data.chance)
    for chance, partners in sorted(
        set(zip(data.chance[in_population], data.partners[in_population], strict=True))
    ):
        own = in_population & (data.chance == chance) & (data.partners == partners)
        population = KindPopulation(concentration=round(1000 * chance))
        placed = model.for_population("", population).unlimited
        logodds[own] = placed.logodds(data.evidence[own]) + round(1000 * partners)
    return logodds


def _material_summary(training_data: TrainingData) -> dict[str, Any]:
    """Return the sources, and the numbers of judgments left out, for the model card."""
    dropped = {"judged pairs that name records which are not in the lists": training_data.dropped}
    return {
        "sources": dict(training_data.sources),
        "dropped": {**dropped, **training_data.quarantined},
    }


def _counts(data: LabeledPairs) -> dict[str, dict[str, int]]:
    return {
        origin: {
            "same": int(((data.origin == origin) & (data.labels == 1)).sum()),
            "different": int(((data.origin == origin) & (data.labels == 0)).sum()),
        }
        for origin in sorted(set(data.origin.tolist()))
    }


def tables_from_intakes(intakes: Iterable[Intake]) -> dict[str, Any]:
    """Return frequency tables to ship, counted in the given lists."""
    return build_frequency_tables(intake.batch for intake in intakes)


_LISTS = "lists"
_SET_OF_ORIGIN: Mapping[str, str] = {"judged": _LISTS, resampled_entries.RESAMPLED_ORIGIN: _LISTS}
"""Origins whose records come from the same lists; any other origin is a set of its own."""


def measure_left_out(
    pairs: Mapping[Kind, LabeledPairs], options: model_parts.FitOptions
) -> dict[str, Any]:
    """Return figures of each set, by kind: the model is fitted on all other sets, and the set is
    scored in its own population.

    Sets are the sets of pairs drawn from a population, and the given lists (judged pairs and
    resampled entries). Pairs invented to teach one thing are no set; each model learns from those
    that have no entity of the tested set. Sets with fewer than `MIN_PAIRS` pairs of either label
    are skipped. The result depends only on the arguments; there is one fit for each set. Each row
    identifies the data of its kind, as a model that learns from all sets does.
    """
    return {
        kind.label: list(_measure_sets(data, options))
        for kind, data in pairs.items()
        if not np.isnan(data.chance).all()
    }


def _measure_sets(
    raw_data: LabeledPairs, options: model_parts.FitOptions
) -> Iterator[dict[str, Any]]:
    data, digest = weight_for_populations(raw_data), hash_data(raw_data)
    sets = np.array([_SET_OF_ORIGIN.get(origin, origin) for origin in data.origin.astype(str)])
    is_set = ~np.isnan(data.chance) | (sets == _LISTS)
    for name in sorted(set(sets[is_set].tolist())):
        tested = data.select(is_set & (sets == name))
        is_shared = np.isin(data.clusters.astype(str), np.unique(tested.clusters.astype(str)))
        rest = data.select((sets != name) & ~is_shared.any(axis=1))
        if min(_least_label(tested), _least_label(rest)) >= model_parts.MIN_PAIRS:
            yield {"set": name, "data": digest, **_measure_set(tested, rest, options)}


def _least_label(data: LabeledPairs) -> int:
    return int(np.bincount(data.labels, minlength=2).min())


def _measure_set(
    tested: LabeledPairs, rest: LabeledPairs, options: model_parts.FitOptions
) -> dict[str, Any]:
    model = fit_population_model(rest, options.fixed, options.measured.get(rest.kind))
    score = scores(population_logodds(model, tested))
    return pair_figures(tested, score)


CARD_FILE = "card.md"
CALIBRATION = "calibration"
"""Name of the file of figures in populations of several sizes, without its ending."""
LEFT_OUT = "left_out"
"""Name of the file of figures of sets left out, without its ending."""


def save_trained_models(
    trained: TrainedModels, directory: Path, base: Path | None = None
) -> tuple[str, ...]:
    """Write models, tables and card; return the kinds whose models were reused.

    Models of kinds that were not trained are copied from `base` (default: the shipped models).
    Raises `ModelError` if `base` lacks such a model.
    """
    models = {kind.label: model_to_json(model) for kind, model in trained.models.items()}
    reused = tuple(name for name in loader.KINDS if name not in models)
    models.update({name: loader.load(name, base) for name in reused})
    for name, data in sorted(models.items()):
        loader.save(name, data, directory)
    loader.save("tables", dict(trained.tables), directory)
    for name in (RELATIONS, CHECKS):
        # models of relations, and of names in checks, are not trained on these pairs
        if ((base or loader.MODEL_DIR) / f"{name}.json").exists():
            loader.save(name, loader.load(name, base), directory)
    for name in (MEASURED, REASONS):
        if ((base or loader.MODEL_DIR) / f"{name}.json").exists():
            loader.save(name, loader.load(name, base), directory)
    write_model_card(models, directory, reused)
    return reused


def copy_model(base: Path | None, directory: Path) -> None:
    """Copy the files of a model (None: the shipped one) on which scores depend, and its card."""
    source = base or loader.MODEL_DIR
    directory.mkdir(parents=True, exist_ok=True)
    names = [*loader.KINDS, "tables", RELATIONS, CALIBRATION, LEFT_OUT, CHECKS, MEASURED, REASONS]
    for name in [*(f"{name}.json" for name in names), CARD_FILE, model_card.PLOT_FILE]:
        if (source / name).exists() and source.resolve() != directory.resolve():
            shutil.copyfile(source / name, directory / name)


def write_model_card(
    models: Mapping[str, Mapping[str, Any]], directory: Path, reused: Sequence[str] = ()
) -> None:
    """Write the card of models (by kind, as JSON), and its plot if there are bins."""
    (directory / CARD_FILE).write_text(
        model_card.render_model_card(models, reused), encoding="utf-8"
    )
    write_measured_section(directory)
    rows = model_card.reliability_bins(models)
    if rows:
        (directory / model_card.PLOT_FILE).write_text(
            render_reliability_plot(rows), encoding="utf-8"
        )


def write_measured_section(directory: Path) -> None:
    """Write the measured evidence of contradictions into the card of models that have counts."""
    card = directory / CARD_FILE
    if card.exists():
        text = insert_measured_levels(card.read_text(encoding="utf-8"), directory)
        card.write_text(text, encoding="utf-8")


def insert_measured_levels(card: str, directory: Path) -> str:
    """Return a card with the measured evidence of contradictions, if its folder has counts."""
    counts = load_measured(directory)
    if not counts:
        return card
    has_reasons = (directory / f"{REASONS}.json").exists()
    reasons = loader.load(REASONS, directory) if has_reasons else {}
    rows = {}
    for kind, own in counts.items():
        model = model_from_json(loader.load(kind.label, directory), features_of(kind))
        rows[kind.label] = list(measured_levels(model, own))
    return model_card.insert_measured(card, rows, reasons)


def save_calibration(figures: dict[str, Any], directory: Path) -> None:
    """Write figures of calibration beside a model, and write their section into its card if it has
    one.
    """
    _save_figures(CALIBRATION, figures, directory, model_card.insert_calibration)


def save_left_out(figures: dict[str, Any], directory: Path) -> None:
    """Write figures of sets that were left out beside a model, and write their section into its
    card if it has one.
    """
    _save_figures(LEFT_OUT, figures, directory, model_card.insert_left_out)


def _save_figures(
    name: str,
    figures: dict[str, Any],
    directory: Path,
    insert: Callable[[str, Mapping[str, Any]], str],
) -> None:
    loader.save(name, figures, directory)
    card = directory / CARD_FILE
    if card.exists():
        # the figures are read from the file, so that a card that is written again is the same
        stored = loader.load(name, directory)
        card.write_text(insert(card.read_text(encoding="utf-8"), stored), encoding="utf-8")
