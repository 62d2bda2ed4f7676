"""How long a process has been running, from its start by the system's clock (imports count), and its peak memory."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

_IMPORTED = time.perf_counter()


def process_age() -> float:
    """Seconds since this process began (to a hundredth). Where the system does not say, since this module was
    loaded.
    """
    try:
        stat = Path("/proc/self/stat").read_text("ascii", errors="replace")
        began = int(stat.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - began
    except (OSError, AttributeError, ValueError, IndexError):
        return time.perf_counter() - _IMPORTED


def peak_mib() -> float:
    """The most memory this program has held, in MiB.

    `ru_maxrss` would not do: it outlives `exec`, so a program started by a large process begins with that one's peak.
    """
    try:
        for line in Path("/proc/self/status").read_text("ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
