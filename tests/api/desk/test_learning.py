"""Learning page: training a model from decisions and adopting it."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from resolver.hub.job_worker import Job, run_next_job
from resolver.store import UserRole
from resolver.training.learning_jobs import learned_model_folder, run_learning_job
from tests.api.desk.conftest import Desk, hidden_fields
from tests.training.decision_store import create_store, rule_decisions, symbols

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def quick_normalization() -> Iterator[None]:
    """Replace the large lexicons by small ones."""
    with symbols():
        yield


def make_desk_with_decisions(folder: Path, decisions: int) -> Desk:
    return Desk(
        create_store(folder / "hub.db", rule_decisions(decisions)), index_dir=folder / "index"
    )


def run_waiting_job(desk: Desk) -> Job:
    """Run the waiting job and return it."""
    job = run_next_job(desk.service.hub, desk.service.jobs_dir, run_learning_job)
    assert job is not None
    return job


def test_admin_trains_a_model_and_compares_it_with_the_one_in_use(tmp_path: Path) -> None:
    desk = make_desk_with_decisions(tmp_path, 44)
    admin, steward = (
        desk.signed_in("ada", UserRole.ADMIN),
        desk.signed_in("stella", UserRole.STEWARD),
    )
    empty = admin.get("/desk/learning")
    assert "No model was trained from decisions yet" in empty.text
    response = admin.post("/desk/learning", data=hidden_fields(empty))
    # the same form sent twice is one job
    assert {
        response.status_code,
        admin.post("/desk/learning", data=hidden_fields(empty)).status_code,
    } == {303}
    assert "it waits for a worker" in admin.get("/desk/learning").text
    job = run_waiting_job(desk)
    assert (job.state, job.error) == ("done", "")
    assert run_next_job(desk.service.hub, desk.service.jobs_dir, run_learning_job) is None
    page = " ".join(unescape(admin.get("/desk/learning").text).split())
    assert "Person, held-out decisions: 44 pairs of records, 22 the same" in page
    assert "better</span> The log loss is lower by" in page
    folder = learned_model_folder(desk.service.jobs_dir, job)
    assert f"The model is in the folder <code>{folder}</code>" in page
    assert "Learn from decisions</button>" in page
    # a training counts all decisions, also those that a steward may not see
    page = steward.get("/desk/learning").text
    assert "held-out" not in page
    assert "Learn from decisions</button>" not in page
    desk.service.close()


def test_training_is_refused_without_role_or_decisions(tmp_path: Path) -> None:
    desk = make_desk_with_decisions(tmp_path, 5)
    admin, senior = desk.signed_in("ada", UserRole.ADMIN), desk.signed_in("sen", UserRole.SENIOR)
    form = hidden_fields(senior.get("/desk/account"))
    assert senior.post("/desk/learning", data=form).status_code == 403
    assert run_next_job(desk.service.hub, desk.service.jobs_dir, run_learning_job) is None
    admin.post("/desk/learning", data=hidden_fields(admin.get("/desk/learning")))
    assert run_waiting_job(desk).state == "failed"
    page = admin.get("/desk/learning").text
    assert "No new model:" in page
    assert "fewer than 10 decisions of either verdict" in page
    desk.service.close()
