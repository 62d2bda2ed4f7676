"""Results handed to another process: equal, their arrays one's own."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from resolver.kernels.sent_results import open_memory, receive_result, send_result


def sent(*results: Any) -> list[Any]:
    """Return results as another reader of one memory receives each, sent once."""
    memory = open_memory()
    answers = []
    for result in results:
        receiver, sender = multiprocessing.Pipe(duplex=False)
        send_result(sender, memory, result)
        answers.append(receive_result(receiver, memory))
    os.close(memory)
    return answers


@pytest.mark.parametrize(
    "array",
    [
        np.arange(100_000),
        np.zeros(0, dtype=np.int32),
        np.arange(7, dtype=np.uint8),
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12).reshape(3, 4)),
        np.arange(20)[::2],
        np.array(["a", None, "ß"], dtype=object),
        np.array([True, False]),
    ],
)
def test_arrays_arrive_as_they_were(array: np.ndarray[Any, Any]) -> None:
    [(other, text, again)] = sent((array, "text", array))
    assert text == "text"
    np.testing.assert_array_equal(other, array)
    assert other.dtype == array.dtype
    assert other is again


def test_texts_of_arrow_arrive() -> None:
    texts = pa.array(["anna", None, "", "Ελένη"])
    assert sent({"names": texts, "none": pa.array([], pa.string())}) == [
        {"names": texts, "none": pa.array([], pa.string())}
    ]


def test_writing_to_an_array_changes_no_copy_of_it() -> None:
    memory = open_memory()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    original = np.zeros(1000, dtype=np.int64)
    send_result(sender, memory, original)
    first = receive_result(receiver, memory)
    send_result(sender, memory, original)
    second = receive_result(receiver, memory)
    first[:] = 1
    assert not second.any()
    os.close(memory)
    assert first.sum() == 1000
    assert not second.any()


def test_arrays_arrive_where_the_system_has_no_files_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    [array] = sent(np.arange(1000))
    np.testing.assert_array_equal(array, np.arange(1000))


def test_a_sender_that_is_gone_has_sent_nothing() -> None:
    memory = open_memory()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    sender.close()
    with pytest.raises(EOFError):
        receive_result(receiver, memory)
    os.close(memory)
