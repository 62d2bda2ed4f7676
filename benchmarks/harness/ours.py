"""Our side of a task, in a process of its own: `python -m benchmarks.harness.ours TASK.json OUT_DIR`.

The timed part is what a user runs: read the tables, `dedupe` or `link` with a merge border of 0.5. After it, and not
timed, every candidate pair is scored once more (a run keeps only those above the review border) and clustered at the
default border. Where a model is fitted first, that is timed as well.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(job: Path, out: Path) -> None:
    """Run one task and write what `benchmarks.harness.tool_answers.Answer` reads."""
    from benchmarks.harness.datasets import JUDGED, Task

    asked = json.loads(job.read_text("utf-8"))
    task = Task.from_json(asked)
    if task.mode == JUDGED:
        from benchmarks.harness.ours_judged import run

        run(task, out)
    else:
        from benchmarks.harness.ours_tables import run as run_tables

        run_tables(task, out, asked["tool"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
