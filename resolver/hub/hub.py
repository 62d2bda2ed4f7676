"""`Hub`: a store with its model and index, and all that changes or asks it. What the command line, the service and the
steward's desk work with.

A hub works under the plan, the model and the borders of its store: those of its first landing, until `replan`. It is
safe to use from several threads; landings of one process follow one another, landings of several processes too, and
whoever comes late works again on what changed meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from resolver.blocking import PLAN_BY_NAME, Plan, plan_for
from resolver.errors import HeldError, InputError, StoreError
from resolver.hub.commit_request import (
    Asked,
    Decide,
    More,
    check_border,
    not_logged,
)
from resolver.hub.commit_result import CommitResult, landed_of
from resolver.hub.entity_preview import standing_after
from resolver.hub.increments.component_cache import Remembered
from resolver.hub.increments.decision_effects import with_bands
from resolver.hub.increments.increment import Increment, work_out, work_out_all
from resolver.hub.increments.record_index import KEPT_FROM, Index, index_folder
from resolver.hub.list_updates import (
    Update,
    no_update,
    update_of,
    withdrawal_of,
)
from resolver.hub.ownership import (
    HUB,
    Sender,
    check_handling,
    check_sources,
    sources_of,
)
from resolver.ingest.reader_types import Intake
from resolver.pipeline import ModelSet, RunOptions, choose_plan, load_models, prepared_of
from resolver.records.decisions import Decision
from resolver.records.progress import SILENT, Progress
from resolver.store import Change, Head, NewDecision, OutdatedError, Store, View

_LOOKS = 4
_ROUNDS = 5


class Hub:
    """An open store, with what it takes to resolve. Close it, or use it as a context manager."""

    def __init__(
        self,
        store: Store,
        options: RunOptions | None,
        model_dir: Path | None = None,
        index_dir: Path | None = None,
        index_kept_from: int = KEPT_FROM,
    ) -> None:
        self.store = store
        self.models: ModelSet = load_models(options.model_dir if options else model_dir)
        self._given = options
        self._model_dir = model_dir
        self.index_dir, self._kept_from = index_dir, index_kept_from
        self._index: Index | None = None
        self._lock = threading.RLock()
        self._alone = False
        self._remembered = Remembered()

    @classmethod
    def open(
        cls,
        url: str,
        options: RunOptions | None = None,
        *,
        create: bool = True,
        check: bool = True,
        model_dir: Path | None = None,
        index_dir: Path | None = None,
        index_kept_from: int = KEPT_FROM,
    ) -> Hub:
        """Open the store at a URL; made where there is none, unless `create` is false. Without options those of the
        store hold (of a new one: the defaults), and `model_dir` is where the model is. Without
        `check` a store that was resolved with another model is opened too, to `replan` it. Raises `StoreError`,
        `ModelError`, and `InputError` where options contradict what the store was resolved with."""
        store = Store.open(url, create=create)
        try:
            hub = cls(store, options, model_dir, index_dir, index_kept_from)
            if check:
                with store.view() as view:
                    hub.options_of(view.head)
        except BaseException:
            store.close()
            raise
        return hub

    def close(self) -> None:
        """Let go of the database and the index."""
        self._index = None
        self.store.close()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what changes the store

    def add(
        self,
        intake: Intake,
        decisions: Iterable[NewDecision | Decision] = (),
        *,
        sender: Sender = HUB,
        owners: Mapping[str, tuple[str, str]] | None = None,
        who: str = "",
        kind: str = "batch",
        dry_run: bool = False,
        accept_large: bool = True,
        progress: Progress = SILENT,
    ) -> CommitResult:
        """Add lists, and decisions with them, to what is resolved: one landing. With `dry_run` nothing lands, and the
        answer says what would (its version is the present one). New sources are the sender's, or of `owners`. Without
        `accept_large` nothing lands either where a large share of a source changes or an id names somebody else:
        `HeldError`. Raises `StoreError`, `OwnerError` where the sender may not change a source or a record's handling,
        and `DecisionError` for decisions that contradict each other; then nothing has changed."""
        if len(intake.batch) == 0 and not intake.lists and not decisions:
            raise InputError("there is nothing to add", mend="name lists or decisions")
        given, names, count = list(decisions), sources_of(intake), len(intake.batch)
        owned = dict.fromkeys(names, sender.owner) if owners is None else owners

        def update_from(view: View) -> Update:
            check_sources(view, names, sender)
            update = update_of(view, intake)
            check_handling(view, update, sender)
            return update

        by = who or sender.name
        asked = Asked(
            update_from, lambda _: given, kind, by, count, dry_run, accept_large, owners=owned
        )
        return self._landed(asked, progress)

    def withdraw(self, ids: Sequence[str], *, sender: Sender = HUB) -> CommitResult:
        """Take records back: one landing. Who is left of their entities is resolved anew; adding a record again undoes
        it. Raises `InputError` for an id that no record holds, `OwnerError` where its source is not the sender's."""

        def update_from(view: View) -> Update:
            check_sources(view, {one.partition(":")[0] for one in ids}, sender)
            return withdrawal_of(view, ids)

        return self._landed(
            Asked(update_from, lambda _: (), "withdrawal", sender.name, 0, False), SILENT
        )

    def decide(
        self,
        decisions: Iterable[NewDecision | Decision] | Decide,
        *,
        who: str = "",
        dry_run: bool = False,
        more: More | None = None,
        progress: Progress = SILENT,
    ) -> CommitResult:
        """Log decisions and resolve anew what they touch: one landing. Undoing one is a later one on the same pair
        (`unsure` takes a verdict back). A function in their place is asked for them with a view of the very version
        that the landing follows; what it raises is raised, and nothing has changed. Raises as `add` does; decisions
        that are logged already change nothing."""
        given = None if callable(decisions) else list(decisions)
        asks: Decide = decisions if callable(decisions) else lambda _: given or ()
        return self._landed(
            Asked(no_update, asks, "decisions", who, 0, dry_run, more=more), progress
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep everybody else from landing: what this thread lands meanwhile is worked out once. For landings of a
        moment; long ones are better worked out while others land."""
        with self._lock, self.store.landing_lock():
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    def _landed(self, asked: Asked, progress: Progress) -> CommitResult:
        with self._lock:
            if self._alone:
                return self._once(asked, progress, locked=True)
            try:
                return self._once(asked, progress, locked=False)
            except OutdatedError:
                # whoever came between has landed; nobody else can while the lock is held
                with self.store.landing_lock():
                    return self._once(asked, progress, locked=True)

    def _once(self, asked: Asked, progress: Progress, *, locked: bool) -> CommitResult:
        with self.store.view() as view:
            options = self.options_of(view.head)
            plan = (
                options.plan
                or choose_plan(options, asked.count, plan_for(asked.count, growing=True)).name
            )
            options = replace(options, plan=plan)
            index = self._index_at(view, PLAN_BY_NAME[plan], certain=locked)
            update = asked.update_from(view)
            if update.alarms and not (asked.accept_large or asked.dry_run):
                raise HeldError(update.alarms)
            increment = self._worked_out(view, index, options, update, asked, progress)
            version = view.version
            would = (
                standing_after(view, index, update, increment)
                if asked.dry_run and update.ids
                else None
            )
        if not asked.dry_run:
            increment = replace(increment, landing=replace(increment.landing, owners=asked.owners))
            version = self._land(index, increment, update, options, progress, locked=locked)
        return landed_of(version, update, increment.changed, increment.resolution.stats, would)

    def _worked_out(
        self,
        view: View,
        index: Index,
        options: RunOptions,
        update: Update,
        asked: Asked,
        progress: Progress,
    ) -> Increment:
        said = not_logged(view, asked.decisions(view))
        for _ in range(_ROUNDS):
            kind, who = asked.kind, asked.who
            # what would land is shown with all that it says
            known = (
                None
                if asked.dry_run or asked.more is not None
                else self._remembered.at(view.version)
            )
            increment = work_out(
                view,
                index,
                self.models,
                options,
                update,
                said,
                kind=kind,
                who=who,
                blocks=known,
                progress=progress,
            )
            further = (
                not_logged(view, asked.more(view, index, increment))
                if asked.more is not None
                else []
            )
            if not further:
                break
            said = [*said, *further]
        noted = with_bands(increment.landing.decisions, increment.resolution)
        return replace(increment, landing=replace(increment.landing, decisions=noted))

    def _land(
        self,
        index: Index,
        increment: Increment,
        update: Update,
        options: RunOptions,
        progress: Progress,
        *,
        locked: bool,
    ) -> int:
        landing = increment.landing
        if not landing.base:
            landing = replace(landing, **self._under(options))
        progress.start("store", landing.rows)
        version = self.store.land(landing, locked=locked)
        progress.advance(landing.rows)
        if landing.lists or landing.decisions:
            self._remembered = Remembered()
        else:
            self._remembered.landed(landing.base, increment.touched, increment.blocks)
        self._add_to_index(index, increment, update, version)
        return version

    def _add_to_index(
        self, index: Index, increment: Increment, update: Update, version: int
    ) -> None:
        with self.store.view() as view:
            if view.version != version:
                return
            try:
                index.add(update.fresh, increment.prepared, update.ended, view)
            except StoreError:
                # the landing is done and durable; an index that could not be written is made again by the next run
                self._index = None

    def replan(
        self, options: RunOptions | None = None, *, who: str = "", progress: Progress = SILENT
    ) -> int:
        """Resolve everything anew under other options (default: those of today's defaults, and the plan for the
        store's size): one landing; the new version. Entities keep their ids where they can. Raises as `add` does."""
        asked = options or RunOptions(model_dir=self._model_dir)
        check_border(asked)
        with self._lock, self.store.landing_lock():
            with self.store.view() as view:
                if not view.version:
                    raise StoreError(
                        "the store is empty",
                        where=self.store.url,
                        mend="run `resolver dedupe --store`",
                    )
                count = len(view.all_members()[0])
                asked = replace(
                    asked, plan=choose_plan(asked, count, plan_for(count, growing=True)).name
                )
                index = self._index_at(view, PLAN_BY_NAME[str(asked.plan)], certain=True)
                landing = work_out_all(view, index, asked, who=who, progress=progress)
            landing = replace(landing, **self._under(asked))
            version = self.store.land(landing, locked=True)
            self._given = asked if self._given is not None else None
        return version

    def _under(self, options: RunOptions) -> dict[str, Any]:
        """What a store keeps of what it was resolved under."""
        merge_at = {} if options.merge_at is None else {"merge_at": options.merge_at}
        return {
            "plan": str(options.plan),
            "stamp": {**self.models.stamp, "plan": str(options.plan)},
            "borders": {"wrong_merge_costs": options.wrong_merge_costs, **merge_at},
        }

    # --- what it works under

    def options_of(self, head: Head) -> RunOptions:
        """The options to resolve with: those of the store, where it has been resolved. Raises `InputError` where others
        were asked for, `StoreError` where the store was resolved with another model."""
        costs = head.borders.get("wrong_merge_costs", 20.0)
        given = self._given or RunOptions(model_dir=self._model_dir, wrong_merge_costs=costs)
        check_border(given)
        if not head.version:
            return given
        stamp = {**self.models.stamp, "plan": head.plan}
        other = sorted(
            name for name in {*stamp, *head.stamp} if stamp.get(name) != head.stamp.get(name)
        )
        if other:
            raise StoreError(
                f"the store was resolved with another {' and '.join(other)}",
                where=self.store.url,
                mend="use that model (--model), or run `resolver replan --store`",
            )
        kept = {
            "merge_at": head.borders.get("merge_at"),
            "wrong_merge_costs": head.borders["wrong_merge_costs"],
        }
        asked = {"merge_at": given.merge_at, "wrong_merge_costs": given.wrong_merge_costs}
        differ = [
            name for name, value in asked.items() if value is not None and value != kept[name]
        ]
        if given.plan and given.plan != head.plan:
            differ.append("plan")
            kept["plan"] = head.plan  # type: ignore[assignment]
        if differ:
            name = differ[0]
            raise InputError(
                f"the store was resolved with {name} {kept[name]}",
                where=self.store.url,
                mend=f"leave {name} out, or run `resolver replan --store`",
            )
        return replace(given, plan=head.plan, merge_at=kept["merge_at"], wrong_merge_costs=costs)

    @contextmanager
    def index(self) -> Iterator[tuple[View, Index]]:
        """A view of the present and the index brought to it, for this thread alone. Raises `StoreError` where nothing
        has landed yet."""
        with self._lock, ExitStack() as stack:
            for attempt in range(_LOOKS):
                view = stack.enter_context(self.store.view())
                if not view.head.plan:
                    mend = "run `resolver dedupe --store` first"
                    raise StoreError("the store is empty", where=self.store.url, mend=mend)
                try:
                    index = self._index_at(
                        view, PLAN_BY_NAME[view.head.plan], certain=attempt == _LOOKS - 1
                    )
                    break
                except OutdatedError:
                    # somebody has landed since; a newer view shows what the index holds
                    stack.pop_all().close()
            yield view, index

    def changes(self, since: int) -> list[Change]:
        """The change feed after a version, for whoever may see all."""
        with self.store.view() as view:
            return view.changes(since)

    def _index_at(self, view: View, plan: Plan, *, certain: bool = False) -> Index:
        """The index, brought to the view's version."""
        if self._index is None or self._index.plan is not plan:
            folder = index_folder(self.store, view.head.store_id, self.index_dir)
            self._index = Index(
                folder,
                view.head.store_id,
                self.models.stamp["model"],
                plan,
                # which sources are declared plays no part in keys
                lambda batch: prepared_of(batch, self.models),
                self._kept_from,
            )
        self._index.refresh(view, certain=certain)
        return self._index
