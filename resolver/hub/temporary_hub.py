"""Store of some lists in a temporary folder, for checks against lists that are in no store."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from resolver.hub.hub import Hub
from resolver.ingest.reader_types import Intake
from resolver.records.progress import SILENT, Progress
from resolver.run_options import RunOptions


@contextmanager
def temporary_hub(
    intake: Intake, options: RunOptions, progress: Progress = SILENT
) -> Iterator[Hub]:
    """Resolve lists as `dedupe --store` does, into a store that ends with the context.

    So a check of lists is the same check as one of a store. Raises the errors of `Hub.add`.
    """
    # nothing is worth a file that ends with the process
    with (
        TemporaryDirectory(prefix="resolver-index-", ignore_cleanup_errors=True) as folder,
        Hub.open(f"sqlite:///{folder}/hub.db", options, min_file_records=sys.maxsize) as hub,
    ):
        hub.add(intake, progress=progress)
        yield hub
