"""Texts in mapped memory, read where they are asked for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from resolver.hub.segment_contents import MappedTexts
from resolver.store.array_files import encode_texts

TEXTS = ["", "Anna", "Мария", "", "a\0b", "\0", "王明", "x" * 300]


@pytest.fixture
def texts() -> MappedTexts:
    arrays = encode_texts("t", pa.array(TEXTS, pa.string()))
    return MappedTexts(arrays["t.ends"], arrays["t.bytes"])


@pytest.mark.parametrize(
    "places", [[], [0], [1, 2], [6, 2, 2, 0, 3], [4, 1], [5], list(range(len(TEXTS)))]
)
def test_some_texts_in_any_order(texts: MappedTexts, places: list[int]) -> None:
    assert texts[np.array(places, dtype=np.int32)].tolist() == [TEXTS[place] for place in places]


def test_each_text_by_itself(texts: MappedTexts) -> None:
    assert len(texts) == len(TEXTS)
    assert [texts[place] for place in range(len(texts))] == TEXTS
