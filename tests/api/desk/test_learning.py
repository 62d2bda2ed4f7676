"""The page of what decisions teach."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from resolver.hub.desk_users import Role
from resolver.hub.job_worker import Job, work_once
from resolver.training.learning_jobs import do_learning, model_of
from tests.api.desk.conftest import Desk, fields
from tests.training.deciding import fill, said, symbols


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with symbols():
        yield


def a_desk(folder: Path, decisions: int) -> Desk:
    return Desk(fill(folder / "hub.db", said(decisions)), index_dir=folder / "index")


def worked(desk: Desk) -> Job:
    """The job that waits, done."""
    job = work_once(desk.held.hub, desk.held.jobs, do_learning)
    assert job is not None
    return job


def test_an_admin_asks_for_a_model_and_everybody_sees_both(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, 44)
    admin, steward = desk.signed_in("ada", Role.ADMIN), desk.signed_in("stella", Role.STEWARD)
    empty = admin.get("/desk/learning")
    assert "No model was made of decisions yet" in empty.text
    asked = admin.post("/desk/learning", data=fields(empty))
    # the same form sent twice is one job
    assert {asked.status_code, admin.post("/desk/learning", data=fields(empty)).status_code} == {
        303
    }
    assert "it waits for a worker" in admin.get("/desk/learning").text
    job = worked(desk)
    assert (job.state, job.error) == ("done", "")
    assert work_once(desk.held.hub, desk.held.jobs, do_learning) is None
    for browser in (admin, steward):
        page = unescape(browser.get("/desk/learning").text)
        assert "Person, decisions held out: 44 pairs of records, 22 the same" in page
        assert "better</span> The log loss is lower by" in page
        assert (
            f"resolver replan --store {desk.store.url} --model {model_of(desk.held.jobs, job)}"
            in page
        )
        assert ("Learn from decisions</button>" in page) is (browser is admin)
    desk.held.close()


def test_who_may_not_ask_is_told_so_and_too_little_makes_no_model(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, 5)
    admin, senior = desk.signed_in("ada", Role.ADMIN), desk.signed_in("sen", Role.SENIOR)
    form = fields(senior.get("/desk/account"))
    assert senior.post("/desk/learning", data=form).status_code == 403
    assert work_once(desk.held.hub, desk.held.jobs, do_learning) is None
    admin.post("/desk/learning", data=fields(admin.get("/desk/learning")))
    assert worked(desk).state == "failed"
    page = admin.get("/desk/learning").text
    assert "No new model:" in page
    assert "fewer than 10 decisions of either verdict" in page
    desk.held.close()
