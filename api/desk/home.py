"""Home page: the day's work, failed and held batches, the age of the lists, and the state of the
service.

Page of feeds: lists that are fetched on schedule.

Learning page: agreement of stewards, models trained from decisions, and their effect.

The module also finds the lists that the user of a request may know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, g, redirect, request, url_for

from resolver import review
from resolver.api.access import log_access, viewer
from resolver.api.desk.batch_pages import find_stalled, list_own_batches
from resolver.api.desk.desk_access import current_user, require_role
from resolver.api.desk.pages import DeskError, blueprint, render_page, sign_message, signed_message
from resolver.api.desk.queue import current_steward
from resolver.api.desk.text_filters import kind_label
from resolver.api.errors import public_detail
from resolver.api.routes.feeds import FEED_ACTS, act_on_feed, log_feeds, visible_feeds
from resolver.api.routes.health import readiness
from resolver.api.routes.screenings import find_screenings
from resolver.api.service import current_service
from resolver.check import source_policy
from resolver.check.screener import IndexRevision
from resolver.errors import ResolverError, StoreError
from resolver.feeds.feeds import FeedState, format_interval
from resolver.hub.admin import (
    ApiKeySummary,
    StoredSource,
    StoreView,
    UserRole,
    find_ending_keys,
)
from resolver.hub.job_worker import BATCH_JOB, Job
from resolver.records.visibility import may_read_all
from resolver.report.charts import draw_bar
from resolver.review.refusals import select_visible_numbers
from resolver.training.data.active_sample import mark_queue_picks
from resolver.training.learning_jobs import LEARN_JOB, learned_model_folder, submit_learning

_MAX_VERSIONS = 1_000
"""Newest versions of a list among which the latest visible one is sought."""


def has_lists_to_load() -> bool:
    """Return whether the user sees lists only after the service has loaded, because the index tells
    which records are hidden.
    """
    return "admin" not in viewer().scopes and not current_service().is_warm


def find_last_changes(sources: Iterable[StoredSource]) -> dict[str, str]:
    """Return when a record that the user may see was last added or changed, by name of the list."""
    with current_service().hub.store.view() as view:
        newest = view.newest_version_of_sources()
        numbers = sorted(number for number, _ in newest.values())
        visible = set(select_visible_numbers(view, numbers, viewer()))
        revisions = {}
        for source in sources:
            number, revision = newest.get(source.number, (0, 0))
            latest = revision if number in visible else _newest_visible(view, source)
            if latest:
                revisions[source.name] = latest
        times = view.commit_times(sorted(set(revisions.values())))
    return {name: times[revision] for name, revision in revisions.items()}


def _newest_visible(view: StoreView, source: StoredSource) -> int:
    """Return the revision of the newest record version that the user may see, or 0."""
    versions = view.newest_versions(source, _MAX_VERSIONS)
    visible = select_visible_numbers(view, sorted(versions), viewer())
    return versions[visible[-1]] if visible else 0


def visible_lists() -> list[StoredSource]:
    """Return the lists that the user may know, by name, with the number of records that they may
    see; empty while the service loads.
    """
    hub = current_service().hub
    if may_read_all(viewer()):
        with hub.store.view() as view:
            return view.sources(counted=True)
    return [] if has_lists_to_load() else source_policy.read_catalog(hub, viewer())[1]


_MAX_JOBS = 8
_FEED_TROUBLES = (FeedState.FAILED, FeedState.HELD, FeedState.LATE)
"""States of feeds that the page points out."""
_PACE_DAYS = 7
_ATTENTION_DAYS = 7
"""Number of days for which a failed batch stays on the page."""
_AGE_LABELS = ("under a day", "1 to 7 days", "7 to 30 days", "over 30 days")


@dataclass(frozen=True, slots=True)
class ChartRow:
    """Row of a small chart: label, count, and the address of the pairs behind it (or empty)."""

    label: str
    count: int
    address: str = ""


@blueprint.get("/")
def root() -> Any:
    """Lead from the root of the service to the desk."""
    return redirect(url_for("desk.home"), 303)


@blueprint.get("/desk/<path:path>")
@blueprint.get("/review/<path:path>")
def missing_page(path: str) -> Any:
    """Answer an unknown address below the desk with a page instead of JSON."""
    del path
    abort(404)


@blueprint.get("/desk")
def home() -> Any:
    """Show the day's work, what needs attention, the lists and the state of the service."""
    return render_page(
        "home.html",
        section="home",
        draw_bar=draw_bar,
        faults=_faults(),
        ending_keys=_find_ending_keys(),
        **_store_context(),
        **_review_context(),
    )


def _store_context() -> dict[str, Any]:
    sources = visible_lists()
    with current_service().hub.store.view() as view:
        revision = view.revision
        commits = view.revisions(max(0, revision - 1))
    jobs = list_own_batches(50)
    return {
        "revision": revision,
        "committed_at": commits[-1].committed_at if commits else "",
        "record_count": sum(source.records for source in sources),
        "sources": sorted(
            ((source, _list_fault(source)) for source in sources), key=lambda row: not row[1]
        ),
        "changes": find_last_changes(sources),
        "is_loading": bool(revision) and has_lists_to_load(),
        "jobs": jobs[:_MAX_JOBS],
        "troubles": _find_troubles(jobs),
        "stalled": find_stalled(jobs),
        "late_feeds": [feed for feed in visible_feeds() if feed.state in _FEED_TROUBLES],
    }


def _find_ending_keys() -> list[ApiKeySummary]:
    """Return the API keys that end soon; only admins can replace them."""
    if current_user().role < UserRole.ADMIN:
        return []
    return find_ending_keys(current_service().hub.store)


def _find_troubles(batches: Sequence[Job]) -> list[Job]:
    """Return the batches that are held, and the jobs that failed recently; only admins see jobs
    other than batches and screenings.
    """
    jobs = list(batches)
    if current_user().role >= UserRole.ADMIN:
        others = current_service().hub.store.jobs.list(limit=50)
        jobs += [job for job in others if job.kind != BATCH_JOB]
    else:
        jobs += find_screenings(50)
    since = datetime.now(UTC) - timedelta(_ATTENTION_DAYS)
    return [
        job
        for job in jobs
        if job.state == "held"
        or (job.state == "failed" and datetime.fromisoformat(job.created) > since)
    ]


def _review_context() -> dict[str, Any]:
    hub, user = current_service().hub, current_user()
    own_filters = review.Filters(assigned=user.name)
    throughput = review.measure_throughput(hub, viewer())
    is_steward = user.role >= UserRole.STEWARD
    return {
        "waiting": review.list_waiting(hub, limit=1, viewer=viewer()),
        "assigned": review.list_waiting(hub, own_filters, limit=1, viewer=viewer()).total,
        "unconfirmed": len(review.list_pending(hub, viewer())),
        "throughput": throughput,
        "own_today": review.measure_progress(hub, current_steward()).today if is_steward else 0,
        "agreement": review.measure_agreement(hub, viewer()),
        "charts": _queue_charts(),
        "pace": _daily_pace(throughput),
    }


def _queue_charts() -> list[tuple[str, list[ChartRow]]]:
    """Return the charts of the waiting pairs: title, and rows that are not empty."""
    hub = current_service().hub
    facets = review.count_facets(hub, viewer=viewer())
    reasons = [
        ChartRow(item.value, item.count, url_for("desk.queue", reason=item.value))
        for item in facets["reason"]
    ]
    kinds = [
        ChartRow(kind_label(item.value), item.count, url_for("desk.queue", kind=item.value))
        for item in facets["kind"]
    ]
    counts = zip(_AGE_LABELS, review.count_ages(hub, viewer=viewer()), strict=True)
    ages = [ChartRow(label, count) for label, count in counts]
    oldest = url_for("desk.queue", waiting_days=review.AGE_DAYS[-1])
    ages[-1] = replace(ages[-1], address=oldest)
    charts = [
        ("Waiting by reason", reasons),
        ("Waiting by kind (unknown ones count in each)", kinds),
        ("Waiting for", ages),
    ]
    return [(title, rows) for title, rows in charts if any(row.count for row in rows)]


def _daily_pace(throughput: review.Throughput) -> list[ChartRow]:
    """Return the decisions of the last days, today first; days without decisions are left out."""
    counts, today = dict(throughput.by_day), datetime.now(UTC).date()
    days = [(today - timedelta(days)).isoformat() for days in range(_PACE_DAYS)]
    rows = [ChartRow(day, counts.get(day, 0)) for day in days]
    return rows if any(row.count for row in rows) else []


def _list_fault(source: StoredSource) -> str:
    """Return the fault of a list according to the rules for it, or an empty text."""
    if source.required and not source.records:
        return "missing"
    if source.maximum_age_days is None or not source.updated:
        return ""
    age = datetime.now(UTC) - datetime.fromisoformat(source.updated)
    return "too old" if age > timedelta(source.maximum_age_days) else ""


def _faults() -> list[str]:
    """Return the reasons why checks cannot be answered now."""
    try:
        return readiness(current_service())[1]
    except ResolverError as error:
        return [public_detail(error)]


@blueprint.get("/desk/feeds")
def feeds() -> Any:
    """Show the lists that are fetched on schedule: age, state and reason."""
    shown = visible_feeds()
    log_feeds("list", [feed.status.feed.name for feed in shown])
    return render_page(
        "feeds.html",
        section="feeds",
        feeds=shown,
        message=signed_message(),
        format_interval=format_interval,
        state_class=feed_state_class,
    )


@blueprint.post("/desk/feeds/<feed>")
@require_role(UserRole.ADMIN)
def change_feed_at_desk(feed: str) -> Any:
    """Fetch a feed now, pause it or resume it."""
    act = request.form.get("act", "")
    if act not in FEED_ACTS:
        raise DeskError(422, "This form asks for nothing that can be done with a feed.")
    try:
        message = act_on_feed(feed, act)
    except StoreError:
        raise DeskError(404, "There is no such feed.") from None
    return redirect(url_for("desk.feeds", done=sign_message(f"{message}.")), 303)


def feed_state_class(state: FeedState) -> str:
    """Return the CSS class of the state of a feed."""
    if state in (FeedState.FAILED, FeedState.LATE):
        return "differ"
    return "agree" if state is FeedState.CURRENT else "wait"


_LEARNING_MAX_JOBS = 5
MEASURES = (
    ("precision", "Precision at score 0.5"),
    ("recall", "Recall at score 0.5"),
    ("f1", "F1 at score 0.5"),
    ("log_loss", "Log loss (lower is better)"),
    ("calibration_error", "Calibration error (lower is better)"),
)
"""Measures that compare two models, with their labels."""


@blueprint.get("/desk/learning")
def learning() -> Any:
    """Show the model in use beside models trained from decisions."""
    hub = current_service().hub
    with hub.store.view() as view:
        stamp = view.head.stamp.get("model", "")
    trainings = [_training_context(job) for job in _latest_trainings()]
    _log_moved_pairs([pair for training in trainings for pair in training["moved"]], stamp)
    return render_page(
        "learning.html",
        section="learning",
        decision_count=review.count_decisions(hub, viewer()),
        agreement=review.measure_agreement(hub, viewer()),
        models=hub.models.models,
        stamp=stamp,
        trainings=trainings,
        measures=MEASURES,
        form_id=g.request_id,
    )


@blueprint.post("/desk/learning")
@require_role(UserRole.ADMIN)
def train_model() -> Any:
    """Submit a job that trains a model from the decisions."""
    service, user = current_service(), current_user()
    form_id = request.form.get("once", "")[:60]
    submit_learning(
        service.hub,
        service.jobs_dir,
        submitted_by=user.name,
        agency=user.agency,
        idempotency_key=f"desk\nlearn\n{user.name}\n{form_id}" if form_id else None,
    )
    return redirect(url_for("desk.learning"), 303)


@blueprint.post("/desk/learning/picks")
@require_role(UserRole.STEWARD)
def pick_pairs() -> Any:
    """Mark the waiting pairs from which the model would learn most, and show them."""
    mark_queue_picks(current_service().hub, viewer=viewer())
    return redirect(url_for("desk.queue", reason=review.QueueReason.SAMPLE), 303)


def _latest_trainings() -> list[Job]:
    """Return the latest trainings; only for admins, since trainings use and count all decisions."""
    if current_user().role < UserRole.ADMIN:
        return []
    return current_service().hub.store.jobs.list(kind=LEARN_JOB, limit=_LEARNING_MAX_JOBS)


def _log_moved_pairs(moved: list[dict[str, Any]], stamp: str) -> None:
    """Log that pairs of records are shown, if there are any."""
    record_ids = sorted({pair[side] for pair in moved for side in ("left", "right")})
    if record_ids:
        revision = IndexRevision(current_service().hub.store.revision, stamp)
        log_access("learning", {}, {"seen": record_ids}, revision)


def _training_context(job: Job) -> dict[str, Any]:
    """Return a job with its results, the pairs whose scores change most, and the folder of its
    model.
    """
    result = dict(job.result or {})
    return {
        "job": job,
        "result": result,
        "moved": result.get("waiting", {}).get("moved", []),
        "folder": learned_model_folder(current_service().jobs_dir, job),
    }
