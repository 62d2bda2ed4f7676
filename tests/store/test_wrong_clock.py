"""What was leased, locked or begun while the clock was ahead does not last until that time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from resolver.store import (
    LockedError,
    Store,
    UserRole,
    jobs,
    sessions,
    steward_work,
    users,
    utc_text,
)
from resolver.store.users import MAX_TRIES

HOUR = datetime.timedelta(hours=1)
PASSWORD = "correct horse"


class Clock(datetime.datetime):
    """Clock that can be ten years ahead."""

    ahead = datetime.timedelta(0)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
        moment = datetime.datetime.now(tz) + cls.ahead
        return cls.combine(moment.date(), moment.timetz())


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    class Module:
        """Module `datetime` with another clock."""

        datetime, timedelta, UTC = Clock, datetime.timedelta, datetime.UTC

    for module in (jobs, sessions, users):
        monkeypatch.setattr(module, "datetime", Module)
    monkeypatch.setattr(steward_work, "datetime", Clock)
    yield
    Clock.ahead = datetime.timedelta(0)


def set_ahead() -> None:
    Clock.ahead = datetime.timedelta(days=3653)


def set_right() -> None:
    Clock.ahead = datetime.timedelta(0)


def test_a_pair_is_free_again(store: Store) -> None:
    work, pair = store.steward_work, (1, 2)
    set_ahead()
    assert work.hold(pair, "kim", utc_text(Clock.now(datetime.UTC) + HOUR))
    set_right()
    with store.view() as view:
        assert steward_work.current_hold(view.connection, pair) is None
    until = utc_text(Clock.now(datetime.UTC) + HOUR)
    assert work.hold(pair, "lee", until)
    assert not work.hold(pair, "kim", until)


def test_a_job_goes_to_the_next_worker(store: Store) -> None:
    job = store.jobs.submit("batch", {})
    set_ahead()
    assert store.jobs.lease("w1") is not None
    set_right()
    again = store.jobs.lease("w2")
    assert again is not None
    assert (again.id, again.worker) == (job.id, "w2")


def test_a_session_ends(store: Store) -> None:
    user = store.users.add("kim", UserRole.STEWARD, "coast", PASSWORD)
    set_ahead()
    token = store.sessions.begin(user, via="password", lifetime=HOUR)
    assert store.sessions.find(token, idle=HOUR) is not None
    set_right()
    assert store.sessions.find(token, idle=HOUR) is None
    other = store.sessions.begin(user, via="password", lifetime=HOUR)
    assert store.sessions.find(other, idle=HOUR) is not None


def test_a_lock_ends(store: Store) -> None:
    store.users.add("kim", UserRole.STEWARD, "coast", PASSWORD)
    set_ahead()
    for _ in range(MAX_TRIES):
        assert store.users.check("kim", "wrong password") is None
    with pytest.raises(LockedError):
        store.users.check("kim", PASSWORD)
    set_right()
    assert store.users.check("kim", PASSWORD) is not None
