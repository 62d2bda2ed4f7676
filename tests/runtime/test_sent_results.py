"""Results handed to another process: equal, their arrays one's own."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from resolver.runtime.processes import open_memory, receive_result, send_result


def sent(result: Any) -> Any:
    """Return a result as its receiver gets it."""
    with open_memory() as memory:
        receiver, sender = multiprocessing.Pipe(duplex=False)
        send_result(sender, memory, result)
        return receive_result(receiver, memory)


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
    other, text, again = sent((array, "text", array))
    assert text == "text"
    np.testing.assert_array_equal(other, array)
    assert other.dtype == array.dtype
    assert other is again


def test_texts_of_arrow_arrive() -> None:
    texts = pa.array(["anna", None, "", "Ελένη"])
    columns = {"names": texts, "none": pa.array([], pa.string())}
    assert sent(columns) == columns


def test_arrays_can_be_written_to() -> None:
    original = np.zeros(1000, dtype=np.int64)
    array = sent(original)
    array[:] = 1
    assert not original.any()


def test_arrays_arrive_where_the_system_has_no_files_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    array = sent(np.arange(1000))
    np.testing.assert_array_equal(array, np.arange(1000))


def test_a_sender_that_is_gone_has_sent_nothing() -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    sender.close()
    with open_memory() as memory, pytest.raises(EOFError):
        receive_result(receiver, memory)


def test_a_file_that_lacks_an_array_is_one_of_a_sender_that_is_gone() -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    with open_memory() as memory:
        send_result(sender, memory, np.arange(1000))
        memory.truncate(100)
        with pytest.raises(EOFError):
            receive_result(receiver, memory)
