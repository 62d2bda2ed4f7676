"""Our side of a task, in a process of its own: `python -m benchmarks.ours TASK.json OUT_DIR`.

The timed part is what a user runs: read the tables, `dedupe` or `link` with a merge border of 0.5. After it, and not
timed, every candidate pair is scored once more (a run keeps only those above the review border) and clustered at the
default border.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(job: Path, out: Path) -> None:
    """Run one task and write what `benchmarks.answers.Answer` reads."""
    from benchmarks.datasets import JUDGED, Task

    task = Task.from_json(json.loads(job.read_text("utf-8")))
    if task.mode == JUDGED:
        from benchmarks.ours_judged import run
    else:
        from benchmarks.ours_tables import run
    run(task, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
