"""Options of a store: plan, model and thresholds of its first commit, until a rebuild."""

from __future__ import annotations

from dataclasses import replace

from resolver.errors import EngineError, InputError, StoreError
from resolver.matching.resolution_task import ModelSet, RunOptions
from resolver.store import Commit, StoreHead


def empty_store_error(place: str) -> StoreError:
    """Return the error of work on a store that has no records yet."""
    return StoreError(
        "the store is empty",
        place=place,
        hint="add lists with `resolver dedupe FILE --store URL`",
    )


def check_first_lists(head: StoreHead, place: str) -> None:
    """Raise `EngineError` where a store has had records: a cluster compares the first lists only.

    Later ones are compared with the index, which lies on one machine.
    """
    if head.last_record:
        raise EngineError(
            "a cluster takes the first lists of a store; later ones are compared on this machine",
            place=place,
            hint="leave out --engine spark; `resolver rebuild --engine spark` then compares "
            "all records on the cluster",
        )


def check_merge_threshold(options: RunOptions) -> None:
    """Raise `InputError` where a store would merge below the review threshold."""
    if options.merge_at is not None and options.merge_at < options.thresholds.review:
        raise InputError(
            "a store cannot merge below its review threshold "
            f"({options.thresholds.review:g}), but --merge-at is {options.merge_at:g}",
            hint="raise --merge-at, or resolve without --store",
        )


def merge_options(
    head: StoreHead, requested: RunOptions, models: ModelSet, place: str
) -> RunOptions:
    """Return requested options completed by those of a store; an empty store takes any.

    Raises `InputError` where the two contradict each other, `StoreError` where the store was
    resolved with another model. `place` names the store in messages.
    """
    check_merge_threshold(requested)
    if not head.revision:
        return requested
    _check_stamp(head, models, place)
    stored: dict[str, object] = {
        "merge_at": head.thresholds.get("merge_at"),
        "wrong_merge_costs": head.thresholds["wrong_merge_costs"],
        "min_review_value": _stored_review_value(head),
        "plan": head.plan,
    }
    for name, value in stored.items():
        option = getattr(requested, name)
        is_set = bool(option) if name == "plan" else option is not None
        if is_set and option != value:
            raise InputError(
                f"the store was resolved with {name} {value}, not {option}",
                place=place,
                hint=f"leave {name} out, or run `resolver rebuild --store`",
            )
    return replace(
        requested,
        plan=head.plan,
        merge_at=head.thresholds.get("merge_at"),
        wrong_merge_costs=head.thresholds["wrong_merge_costs"],
        min_review_value=_stored_review_value(head),
    )


def _stored_review_value(head: StoreHead) -> float:
    """Return from which value of a review pairs wait; in stores of earlier versions, from 1."""
    return head.thresholds.get("min_review_value", 1.0)


def _check_stamp(head: StoreHead, models: ModelSet, place: str) -> None:
    stamp = {**models.store_stamp, "plan": head.plan}
    names = sorted(
        name for name in {*stamp, *head.stamp} if stamp.get(name) != head.stamp.get(name)
    )
    if names:
        raise StoreError(
            f"the store was resolved with another {' and '.join(names)}",
            place=place,
            hint="use that model (--model), or run `resolver rebuild --store`",
        )


def add_store_options(commit: Commit, options: RunOptions, models: ModelSet) -> Commit:
    """Return a commit that also sets the plan, model and thresholds of its store."""
    thresholds = {
        "wrong_merge_costs": options.wrong_merge_costs,
        "min_review_value": options.review_value,
    }
    if options.merge_at is not None:
        thresholds["merge_at"] = options.merge_at
    plan = str(options.plan)
    stamp = {**models.store_stamp, "plan": plan}
    return replace(commit, plan=plan, stamp=stamp, thresholds=thresholds)
