"""Names laid out for kernels, against loops."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.names.name_index import lay_out_names, name_arrays
from resolver.names.pair_alignment import matrix_cells
from resolver.records import Kind
from resolver.records.prepared.batch import PreparedBatch, Ragged
from resolver.records.prepared.value_flags import TokenFlag
from tests.matching.preparing import prepared
from tests.records.samples import record


@pytest.fixture(scope="module")
def people() -> PreparedBatch:
    return prepared(
        [
            record("s:1", name=["Vladimir Zhirinovsky", "Владимир Жириновский"], alias="Zhirik"),
            record("s:2"),
            record("s:3", name="Robert Abd al-Rahman Carter", weakAlias="Bob 王 Carter"),
            record("s:4", Kind.GROUP, name="Red River Trading LLC"),
        ]
    )


def test_names_lie_as_they_are_said(people: PreparedBatch) -> None:
    names, parts = lay_out_names(people)
    forms, flags = people.forms, people.tokens.flags
    assert len(parts) == len(forms.tokens.items) + 2
    for place, form in enumerate(people.names.items.tolist()):
        start, end = forms.tokens.offsets[form : form + 2].tolist()
        scripts = {
            2 if flags[token] & TokenFlag.FOREIGN else 1
            for token in forms.tokens.items[start:end].tolist()
        }
        expected = (forms.compact[form], form, start, end, people.name_quality[place], sum(scripts))
        assert names[place].item() == expected
    for place, token in enumerate(forms.tokens.items.tolist()):
        assert parts[place].item() == (
            forms.joined[place],
            forms.joined_skeleton[place],
            token,
            forms.roles[place],
        )
    assert {1, 3} <= {int(scripts) for scripts in names["scripts"]}
    assert {0, 1, 2} <= {int(quality) for quality in names["quality"]}


def test_words_of_two_records_at_most(people: PreparedBatch) -> None:
    rows = people.names.through(people.forms.tokens)
    arrays = name_arrays(people, Ragged.from_rows(rows.rows, rows.items, len(people)))
    counts = [len(set(rows.items[rows.rows == row].tolist())) for row in range(len(people))]
    left, right = np.array([0, 1, 3], dtype=np.int32), np.array([1, 2, 2], dtype=np.int32)
    assert matrix_cells(arrays, left, right) == counts[3] * counts[2] > 0
    assert matrix_cells(arrays, left[:0], right[:0]) == 0
