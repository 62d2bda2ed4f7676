"""Learning page: agreement of stewards, models trained from decisions, and their effect."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for

from resolver import review
from resolver.api.access import log_access, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.desk.support.desk_access import current_user, require_role
from resolver.api.service import current_service
from resolver.hub.desk_users import UserRole
from resolver.hub.job_worker import Job
from resolver.screening.screener import IndexRevision
from resolver.training.data.queue_picks import mark_queue_picks
from resolver.training.learning_jobs import LEARN_JOB, learned_model_folder, submit_learning

_MAX_JOBS = 5
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
    """Mark the waiting pairs that would teach the model most, and show them."""
    mark_queue_picks(current_service().hub, viewer=viewer())
    return redirect(url_for("desk.queue", reason=review.QueueReason.SAMPLE), 303)


def _latest_trainings() -> list[Job]:
    """Return the latest trainings; only for admins, as they use and count all decisions."""
    if current_user().role < UserRole.ADMIN:
        return []
    return current_service().hub.store.jobs.list(kind=LEARN_JOB, limit=_MAX_JOBS)


def _log_moved_pairs(moved: list[dict[str, Any]], stamp: str) -> None:
    """Log that pairs of records are shown, if there are any."""
    record_ids = sorted({pair[side] for pair in moved for side in ("left", "right")})
    if record_ids:
        revision = IndexRevision(current_service().hub.store.revision, stamp)
        log_access("learning", {}, {"seen": record_ids}, revision)


def _training_context(job: Job) -> dict[str, Any]:
    """Return a job with its results, the pairs that move furthest, and the folder of its model."""
    result = dict(job.result or {})
    return {
        "job": job,
        "result": result,
        "moved": result.get("waiting", {}).get("moved", []),
        "folder": learned_model_folder(current_service().jobs_dir, job),
    }
