"""The kept heap, in processes of its own."""

import ctypes
import subprocess
import sys

import pytest

from resolver.runtime import processes

_SCRIPT = """
import resource
import numpy as np
from resolver.runtime import processes

def pages():
    return int(open("/proc/self/statm").read().split()[1])

def use(megabytes):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(megabytes << 20, dtype=np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

processes._MOST_KEPT = 256 << 20
use(100)
default = use(100)
processes.keep_heap()
use(100)
again = use(100)
processes.release_large_heap()
still = use(100)
use(400)
large = pages()
processes.release_large_heap()
print(default > 40, again < 10, still < 10, pages() < large - (300 << 20) // 4096)
print(use(100) > 40, processes._KEPT)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the heap of glibc")
def test_freed_memory_is_kept_until_the_heap_is_large() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["True"] * 5 + ["[]"]


def test_heaps_stay_as_they_are_without_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> object:
        raise OSError("no such library")

    # another test of this process may have kept the heap
    monkeypatch.setattr(processes, "_KEPT", [])
    monkeypatch.setattr(ctypes, "CDLL", refuse)
    processes._library.cache_clear()
    try:
        processes.bound_heaps()
        processes.keep_heap()
        processes.release_large_heap()
    finally:
        processes._library.cache_clear()
    assert not processes._KEPT


_BOUNDED = """
import resource
import sys
import numpy as np
from resolver.runtime import processes

def use():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(3 << 19, dtype=np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if sys.argv[1:]:
    processes.bound_heaps()
print(min(use() for _ in range(6)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the heap of glibc")
def test_a_service_gives_large_arrays_back() -> None:
    """Each array then takes new pages, where by default the heap keeps those of the last."""
    new_pages = [
        int(subprocess.check_output([sys.executable, "-c", _BOUNDED, *bounded]))
        for bounded in ([], ["bounded"])
    ]
    assert new_pages[0] < 10 < 100 < new_pages[1]
