"""Run the resolver on one task: `python -m benchmarks.harness.resolver_run TASK.json OUT_DIR`.

The timed part is the work of a user's run: read the tables, then `dedupe` or `link` with a merge
threshold of 0.5. Afterwards, not timed, every candidate pair is scored again (a run keeps only
those above the review threshold) and clustered at the default threshold. Where a model is fitted
first, that is timed as well.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(job: Path, out: Path) -> None:
    """Run one task and write the files that `benchmarks.harness.tool_answers.Answer` reads."""
    from benchmarks.harness.datasets import JUDGED, Task

    job_json = json.loads(job.read_text("utf-8"))
    task = Task.from_json(job_json)
    if task.mode == JUDGED:
        from benchmarks.harness.resolver_judged import run

        run(task, out)
    else:
        from benchmarks.harness.resolver_tables import run as run_tables

        run_tables(task, out, job_json["tool"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
