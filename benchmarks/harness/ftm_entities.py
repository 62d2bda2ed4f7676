"""Records of judged lists as FollowTheMoney entities, one per line, for tools that read nothing
else.

Each record is an entity of its own, with the record's id and the values our readers parsed.
"""

from __future__ import annotations

import json

import numpy as np

from benchmarks.harness.datasets import Task
from resolver.lists.readers import read_lists
from resolver.merging import build_golden_records, to_ftm
from resolver.values.normal_values import country_code


def write_entities(task: Task) -> None:
    """Write `task.entities`. Raises `ValueError` for a task without such a file."""
    if task.entities is None:
        raise ValueError(f"{task.name} has no file of entities")
    batch = read_lists(list(task.tables)).batch
    single_labels = np.arange(len(batch), dtype=np.int32)
    with task.entities.open("w", encoding="utf-8") as file:
        for golden in build_golden_records(batch, single_labels, country_code=country_code):
            entity = to_ftm(golden)[0]
            (entity["id"],) = entity["properties"].pop("referents", None) or entity.pop("referents")
            file.write(json.dumps(entity, ensure_ascii=False) + "\n")
