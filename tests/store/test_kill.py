"""Killed commits leave the store unchanged, and the next commit succeeds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from resolver.hub.admin import load_status, restore_store
from resolver.hub.hub import Hub
from resolver.store import Commit, Store, backup
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

pytestmark = pytest.mark.slow


CHILD = """
import sys
import numpy as np
from resolver.records import Batch
from resolver.store import Commit, Store, encode_contents
from tests.records.samples import record
url, stage_from = sys.argv[1], int(sys.argv[2])
with Store.open(url) as store:
    print("begun", flush=True)
    while True:
        with store.view() as view:
            head = view.head
        base = head.revision
        rows = [record(f"s{base}:{number:05d}", name="Ann") for number in range(2_000)]
        batch = Batch.from_records(rows).canonical()
        numbers = np.arange(head.last_record + 1, head.last_record + 1 + len(rows))
        ids = [f"e-{base}-{number}" for number in range(len(rows))]
        entities = np.arange(head.last_entity + 1, head.last_entity + 1 + len(rows))
        changes = Commit(base, "batch", records=batch, contents=encode_contents(batch),
                         new_entities=ids, new_members=(numbers, entities))
        store.commit(changes, stage_from=stage_from)
"""


RESTORE = """
import sys
from pathlib import Path
from resolver.hub.admin import restore_store
print("begun", flush=True)
restore_store(Path(sys.argv[1]), sys.argv[2])
"""


def test_a_killed_restore_leaves_all_or_nothing(url: str, root: Path, tmp_path: Path) -> None:
    origin = f"sqlite:///{tmp_path}/origin.db"
    with Hub.open(origin, OPTIONS) as hub:
        hub.add(make_intake(record(f"a:{number}", name=f"P{number} Lee") for number in range(500)))
        backup(hub.store, tmp_path / "origin.backup")
    dice = random.Random(5)
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", RESTORE, str(tmp_path / "origin.backup"), url],
            cwd=root,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        time.sleep(dice.uniform(0.0, 0.4))
        child.kill()
        child.wait()
        child.stdout.close()
        if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
            continue
        with Store.open(url) as store, store.view() as view:
            assert (view.revision, len(view.all_members()[0])) in ((0, 0), (1, 500))
            is_restored = view.revision == 1
        if is_restored:
            break
    else:
        # what a killed restore leaves is in nobody's way
        assert restore_store(tmp_path / "origin.backup", url) == 1
    assert load_status(url).records == 500


def test_kill_at_any_moment_loses_nothing(url: str, root: Path) -> None:
    Store.open(url).close()
    dice = random.Random(5)
    empty_commits = 0
    for attempt in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, url, "0" if attempt % 2 else "1000000"],
            cwd=root,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        time.sleep(dice.uniform(0.0, 0.25))
        child.kill()
        child.wait()
        child.stdout.close()
        with Store.open(url) as store, store.view() as view:
            records, entities = view.all_members()
            assert (
                len(records)
                == len(entities)
                == 2_000 * (view.revision - empty_commits)
                == view.head.last_record
            )
            assert view.head.last_entity == view.head.last_record
            assert sum(len(rows.numbers) for rows in view.batches()) == view.head.last_record
            assert [row.revision for row in view.revisions()] == list(range(1, view.revision + 1))
            base = view.revision
        with Store.open(url) as store:
            # a killed commit leaves no trace in the next one
            store.commit(Commit(base, "nothing"))
            empty_commits += 1
            with store.view() as view:
                assert np.array_equal(
                    view.all_members()[0], np.arange(1, view.head.last_record + 1)
                )
