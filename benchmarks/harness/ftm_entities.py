"""The records of judged lists as FollowTheMoney entities, one a line, `id` being the record's: for tools that read
nothing else. Each record stands alone; its values are those that our readers took from the list.
"""

from __future__ import annotations

import json

import numpy as np

from benchmarks.harness.datasets import Task
from resolver.ingest.readers import read_lists
from resolver.merging import golden_records, to_ftm
from resolver.normalize import country_code


def write_entities(task: Task) -> None:
    """Write `task.entities`. Raises `ValueError` for a task that has no such file."""
    if task.entities is None:
        raise ValueError(f"{task.name} has no file of entities")
    batch = read_lists(list(task.tables)).batch
    alone = np.arange(len(batch), dtype=np.int32)
    with task.entities.open("w", encoding="utf-8") as file:
        for golden in golden_records(batch, alone, country_code=country_code):
            entity = to_ftm(golden)[0]
            (entity["id"],) = entity["properties"].pop("referents", None) or entity.pop("referents")
            file.write(json.dumps(entity, ensure_ascii=False) + "\n")
