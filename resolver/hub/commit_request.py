"""Requests that a hub commits: an update computed from a view, and decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from resolver.hub.increments.increment import Increment
from resolver.hub.index.record_index import RecordIndex
from resolver.hub.list_updates import ListUpdate, build_empty_update
from resolver.records.decisions import Decision
from resolver.records.visibility import OPERATOR, Viewer
from resolver.resolution_task import Engine
from resolver.store import NewDecision, StoreView

DecisionSource = Callable[[StoreView], Iterable[NewDecision | Decision]]
"""Function that finds decisions in a view; called again where another commit came between."""
FollowUpDecisions = Callable[[StoreView, RecordIndex, Increment], Sequence[NewDecision]]
"""Function that finds further decisions, given the increment; called until there are none."""


def _find_none(_view: StoreView) -> Sequence[NewDecision]:
    return ()


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """Request for one commit of a `kind` by an `actor`.

    `record_count`: records that were read, for the choice of a plan. `accept_large`: commit even
    where `ListUpdate.alarms` need a person. `source_owners`, `claims`: see `Commit`; a
    source gets its owner with the first record that everybody may see. `engine`: where the first
    lists of a store are compared (None: in this process). `viewer`: whose records `build_update`
    works with; a dry run is worked out over these records alone. `with_refresh`: a dry run also
    resolves the refresh that would follow, if one would be due. `accepted`: see `Commit`.
    """

    kind: str
    actor: str
    build_update: Callable[[StoreView], ListUpdate] = build_empty_update
    find_decisions: DecisionSource = _find_none
    record_count: int = 0
    dry_run: bool = False
    accept_large: bool = True
    follow_up: FollowUpDecisions | None = None
    source_owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    engine: Engine | None = None
    with_refresh: bool = False
    accepted: str = ""
    viewer: Viewer = OPERATOR

    @property
    def may_use_cache(self) -> bool:
        """Return whether components may come from the cache of the hub, and go there.

        A preview shows all links, so nothing may come from the cache. A cached component has all
        pairs that were compared; an engine may return only those that clustering needs.
        """
        return self.engine is None and not self.dry_run and self.follow_up is None


def drop_logged_decisions(
    view: StoreView, decisions: Iterable[NewDecision | Decision]
) -> list[NewDecision]:
    """Return the decisions that are not in the log yet, each once."""
    new = (
        decision if isinstance(decision, NewDecision) else NewDecision(decision)
        for decision in decisions
    )
    by_digest = {decision.digest: decision for decision in new}
    logged = view.logged_digests(sorted(by_digest)) if by_digest else set()
    return [decision for digest, decision in by_digest.items() if digest not in logged]
