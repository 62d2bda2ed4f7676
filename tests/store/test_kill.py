"""A landing killed at any moment leaves the store as it was, and the next one lands."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from resolver.store import Landing, Store

CHILD = """
import sys
import numpy as np
from resolver.records import Batch
from resolver.store import Landing, Store, contents_of
from tests.records.samples import record
url, stage_from = sys.argv[1], int(sys.argv[2])
with Store.open(url) as store:
    print("begun", flush=True)
    while True:
        with store.view() as view:
            head = view.head
        said = [record(f"s{head.version}:{number:05d}", name="Ann") for number in range(2_000)]
        batch = Batch.from_records(said).canonical()
        numbers = np.arange(head.last_record + 1, head.last_record + 1 + len(said))
        born = [f"e-{head.version}-{number}" for number in range(len(said))]
        entities = np.arange(head.last_entity + 1, head.last_entity + 1 + len(said))
        store.land(Landing(head.version, "batch", records=batch, contents=contents_of(batch),
                           born=born, joined=(numbers, entities)), stage_from=stage_from)
"""


def test_killed_at_any_moment(url: str, root: Path) -> None:
    Store.open(url).close()
    dice = random.Random(5)
    landed = 0
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
                == 2_000 * (view.version - landed)
                == view.head.last_record
            )
            assert view.head.last_entity == view.head.last_record
            assert sum(len(rows.numbers) for rows in view.batches()) == view.head.last_record
            assert [row.version for row in view.versions()] == list(range(1, view.version + 1))
            base = view.version
        with Store.open(url) as store:
            # what comes after is as if nothing had been begun, but for a version more
            store.land(Landing(base, "nothing"))
            landed += 1
            with store.view() as view:
                assert np.array_equal(
                    view.all_members()[0], np.arange(1, view.head.last_record + 1)
                )
