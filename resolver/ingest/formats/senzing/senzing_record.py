"""Single record in Senzing's format sent by a program, checked (see also `ftm_entity`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from resolver.errors import RecordError
from resolver.ingest.formats.ftm.ftm_entity import MAX_ENTITY_VALUES, SubmittedRecord
from resolver.ingest.formats.senzing.senzing_reader import own_date_order, read_senzing_object
from resolver.ingest.io.json_rows import Json
from resolver.ingest.io.json_values import json_text
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.reader_types import LocatedBatch, LocatedRecord, Reject
from resolver.ingest.validation import validate_records
from resolver.records import Batch


def read_senzing_record(row: Json) -> SubmittedRecord:
    """Return the record of one object with DATA_SOURCE and RECORD_ID.

    Raises `RecordError` where it is no valid record, `TypeError` (one line) where DATA_SOURCE or
    RECORD_ID is missing.
    """
    for name in ("DATA_SOURCE", "RECORD_ID"):
        if not json_text(row.get(name)).strip():
            raise TypeError(f"{name} must be a text that is not empty")
    items = list(read_senzing_object(SourceFile(Path("record")), 1, row, {}, own_date_order(row)))
    rejects = [item.reason for item in items if isinstance(item, Reject)]
    records = [item.record for item in items if isinstance(item, LocatedRecord)]
    if not records:
        raise RecordError(
            rejects[0] if rejects else "it describes no record",
            hint="see Senzing's entity specification",
        )
    if (
        len(records[0].values) + len(records[0].identifiers) + len(records[0].addresses)
        > MAX_ENTITY_VALUES
    ):
        raise RecordError(f"the record has more than {MAX_ENTITY_VALUES} values", hint="send fewer")
    # who takes the record decides which handling codes it takes
    _, refused = validate_records(
        LocatedBatch(Batch.from_records(records), np.zeros(1, dtype=np.int32)), "", True
    )
    if refused:
        raise RecordError(
            refused[0].reason.partition(": ")[2], hint="give a name, number, date or place"
        )
    return SubmittedRecord(records[0], tuple(rejects))
