"""What a hub is asked to land: an update worked out from a view, and decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from resolver.errors import InputError
from resolver.hub.increments.increment import Increment
from resolver.hub.increments.record_index import Index
from resolver.hub.list_updates import Update
from resolver.pipeline import RunOptions
from resolver.records.decisions import Decision
from resolver.store import NewDecision, View

Decide = Callable[[View], Iterable[NewDecision | Decision]]
"""Decisions that are made up from what a view shows; asked again where another landing came between."""
More = Callable[[View, Index, Increment], Sequence[NewDecision]]
"""Further decisions, in view of what those before would do; asked until there are none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be added: an update worked out from a view, and decisions; `count` records were read. `owners`: whose
    the sources are that are new (`Landing.owners`)."""

    update_from: Callable[[View], Update]
    decisions: Decide
    kind: str
    who: str
    count: int
    dry_run: bool = False
    accept_large: bool = True
    more: More | None = None
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def not_logged(view: View, asked: Iterable[NewDecision | Decision]) -> list[NewDecision]:
    """The decisions that are not in the log yet, each once."""
    given = (one if isinstance(one, NewDecision) else NewDecision(one) for one in asked)
    new = {one.digest: one for one in given}
    known = view.logged(sorted(new)) if new else set()
    return [one for digest, one in new.items() if digest not in known]


def check_border(options: RunOptions) -> None:
    """Raises `InputError` where a store would merge below the review border."""
    if options.merge_at is not None and options.merge_at < options.borders.review:
        raise InputError(
            f"a store merges from the review border ({options.borders.review:g}) at the lowest",
            mend="raise --merge-at, or resolve without --store",
        )
