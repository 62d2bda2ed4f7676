"""Learn from a store: its decisions, the model they correct, and the two beside each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resolver.models import loader
from resolver.pipeline import load_models
from resolver.store import Store
from resolver.training.data.decided_pairs import Decided, read_decided
from resolver.training.evaluate.model_comparison import Beside, beside
from resolver.training.fit.correction import relearn
from resolver.training.model_files import save
from resolver.training.train import Trained


@dataclass(frozen=True)
class Learnt:
    """How the new model does beside the old one, and what there is to say."""

    beside: Beside
    notes: tuple[str, ...]


def decisions_of(url: str) -> Decided:
    """The decisions of a store that teach. Raises `StoreError`, `InputError`."""
    with Store.open(url, create=False) as store:
        return read_decided(store)


def learn(
    url: str,
    out: Path,
    base: Path | None = None,
    version: str = "",
    *,
    seed: int = 7,
    before_writing: Callable[[], None] = lambda: None,
) -> Learnt:
    """Correct the model in `base` (default: the shipped one) by the decisions of a store, and write it to `out`. Raises
    `InputError` where no model gets better, and then writes nothing."""
    with Store.open(url, create=False) as store:
        return learn_from(store, out, base, version, seed=seed, before_writing=before_writing)


def learn_from(
    store: Store,
    out: Path,
    base: Path | None = None,
    version: str = "",
    *,
    seed: int = 7,
    before_writing: Callable[[], None] = lambda: None,
) -> Learnt:
    """`learn` from an open store."""
    decided = read_decided(store)
    before = load_models(base)
    found = relearn(decided, before, version, seed)
    before_writing()
    save(Trained(found.models, loader.load("tables", base), {}), out, base)
    notes = [f"left out: {count:,} decisions {why}" for why, count in decided.dropped.items()]
    notes += [f"the model for {kind} stays as it is: {why}" for kind, why in found.without.items()]
    with store.view() as view:
        if view.head.stamp.get("model") not in (None, before.stamp["model"]):
            notes.append(
                "the store was resolved with another model than the one that was corrected"
            )
    # the folder may have held another model a moment ago
    load_models.cache_clear()
    return Learnt(beside(store, before, load_models(out), decided), tuple(notes))


def compare(url: str, old: Path | None, new: Path) -> Beside:
    """Two models (folders; None: the shipped one) beside each other on a store. Raises `StoreError`, `ModelError`,
    `InputError`."""
    with Store.open(url, create=False) as store:
        return beside(store, load_models(old), load_models(new))
