"""What decisions teach: how far stewards agree, the model in use and those that were made of decisions, and what would
change with them."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for

from resolver import review as back
from resolver.api.access import viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.support import desk_access
from resolver.api.desk.support.desk_access import needs
from resolver.api.service import service
from resolver.hub.desk_users import Role
from resolver.hub.job_worker import Job
from resolver.review.restrictions import restricted
from resolver.training.data.queue_picks import pick
from resolver.training.learning_jobs import LEARN, model_of, submit_learning

_SHOWN = 5
MEASURES = (
    ("precision", "Precision at score 0.5"),
    ("recall", "Recall at score 0.5"),
    ("f1", "F1 at score 0.5"),
    ("log_loss", "Log loss (less is better)"),
    ("calibration_error", "Calibration error (less is better)"),
)


@blueprint.get("/desk/learning")
def learning() -> Any:
    """The model in use beside those that decisions make of it."""
    held = service()
    jobs = held.hub.store.jobs.list(kind=LEARN, limit=_SHOWN)
    with held.hub.store.view() as view:
        decisions, stamp = view.decision_count(), view.head.stamp.get("model", "")
    return page(
        "learning.html",
        room="learning",
        decisions=decisions,
        agreement=back.agreement(held.hub),
        models=held.hub.models.models,
        stamp=stamp,
        learnt=[_told(job) for job in jobs],
        store=held.hub.store.url,
        measures=MEASURES,
        once=g.request_id,
    )


@blueprint.post("/desk/learning")
@needs(Role.ADMIN)
def learn() -> Any:
    """Ask a worker to make a model of what was decided."""
    held = service()
    once = request.form.get("once", "")[:60]
    key = f"desk\nlearn\n{desk_access.user().name}\n{once}" if once else None
    submit_learning(
        held.hub,
        held.jobs,
        who=desk_access.user().name,
        agency=desk_access.user().agency,
        idempotency_key=key,
    )
    return redirect(url_for("desk.learning"), 303)


@blueprint.post("/desk/learning/picks")
@needs(Role.STEWARD)
def pick_pairs() -> Any:
    """Mark the waiting pairs that would teach the model most, and show them."""
    pick(service().hub)
    return redirect(url_for("desk.review", reason=back.Reason.SAMPLE), 303)


def _told(job: Job) -> dict[str, Any]:
    """A job for the page: what it found, the folder of its model, and the pairs that move, as far as one may see."""
    result = dict(job.result or {})
    moved = result.get("waiting", {}).get("moved", [])
    hidden = restricted(
        service().hub, [one[side] for one in moved for side in ("left", "right")], viewer()
    )
    seen = [one for one in moved if one["left"] not in hidden and one["right"] not in hidden]
    return {"job": job, "result": result, "moved": seen, "folder": model_of(service().jobs, job)}
