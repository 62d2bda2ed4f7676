"""Sign of life of workers in the folder of jobs."""

from __future__ import annotations

import os
import time
from pathlib import Path

from resolver.hub.job_worker import WorkerPresence, is_worker_running


def test_a_running_worker_gives_a_sign_of_life(tmp_path: Path) -> None:
    jobs = tmp_path / "hub.db.jobs"
    assert not is_worker_running(jobs)
    with WorkerPresence(jobs):
        assert is_worker_running(jobs)
        # one that was killed leaves its file, which grows old
        (file,) = jobs.iterdir()
        old = time.time() - 60
        os.utime(file, (old, old))
        assert not is_worker_running(jobs)
    assert list(jobs.iterdir()) == []


def test_a_folder_that_cannot_be_made_stops_no_worker(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    with WorkerPresence(tmp_path / "file" / "jobs"):
        assert not is_worker_running(tmp_path / "file" / "jobs")
