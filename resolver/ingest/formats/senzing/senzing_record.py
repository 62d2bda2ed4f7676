"""One record in Senzing's entity format, as programs send it: checked, and made a record. The counterpart of
`ftm_single`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from resolver.errors import RecordError
from resolver.ingest.formats.ftm.ftm_entity import MOST_VALUES, Single
from resolver.ingest.formats.senzing.senzing_reader import record_of
from resolver.ingest.io.json_values import text_of
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import Json
from resolver.ingest.reader_types import BatchAt, RecordAt, Reject
from resolver.ingest.validation import admit
from resolver.records import Batch


def senzing_single(row: Json) -> Single:
    """The record of one object with DATA_SOURCE and RECORD_ID. Raises `RecordError` where it is none, `TypeError` (one
    line) where one of the two is missing."""
    for name in ("DATA_SOURCE", "RECORD_ID"):
        if not text_of(row.get(name)).strip():
            raise TypeError(f"{name} must be a text that is not empty")
    items = list(record_of(SourceFile(Path("record")), 1, row, {}))
    rejects = [item.reason for item in items if isinstance(item, Reject)]
    records = [item.record for item in items if isinstance(item, RecordAt)]
    if not records:
        raise RecordError(
            rejects[0] if rejects else "it describes nobody",
            mend="see Senzing's entity specification",
        )
    if (
        len(records[0].values) + len(records[0].identifiers) + len(records[0].addresses)
        > MOST_VALUES
    ):
        raise RecordError(f"the record has more than {MOST_VALUES} values", mend="send fewer")
    _, refused = admit(BatchAt(Batch.from_records(records), np.zeros(1, dtype=np.int32)), "", False)
    if refused:
        raise RecordError(
            refused[0].reason.partition(": ")[2], mend="give a name, number, date or place"
        )
    return Single(records[0], tuple(rejects))
