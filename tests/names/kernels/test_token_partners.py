"""Partners of words within two names, also where a name says one word many times."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.names.aligned_text import token_partners
from resolver.names.kernels.name_records import LIMIT
from resolver.names.name_index import NameIndex
from resolver.names.pair_alignment import new_matrix
from tests.matching.preparing import prepared
from tests.records.samples import record


@pytest.mark.parametrize(
    "words", ["Ann", "Ann Ann Ann Ann Ann Bell", " ".join(["Ann"] * (LIMIT + 5))]
)
def test_a_name_that_repeats_its_words(words: str) -> None:
    batch = prepared([record("s:1", name=words), record("s:2", name=f"{words} Lee")])
    names = NameIndex.of(batch)
    count = min(len(words.split()), LIMIT)
    # what is laid out of one name has room, whatever the records hold
    matrix = new_matrix(names.tokens, names.arrays, LIMIT * LIMIT)
    assert matrix.left_tokens.shape[1] >= count
    assert len(matrix.candidates) >= count
    forms = np.array([batch.names[0][0], batch.names[1][0]], dtype=np.int32)
    partners, alike = token_partners(forms, forms[::-1].copy(), False, names)
    assert (np.sort(partners[0, 0, :count]) == np.arange(count)).all() or count == LIMIT
    assert (alike[0, :count][partners[0, 0, :count] >= 0] == 1).all()
    assert (partners[0, 0] == partners[1, 1]).all()
