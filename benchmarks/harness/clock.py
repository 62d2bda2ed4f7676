"""Age and peak memory of the current process, as the operating system reports them.

The age includes the time for imports.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

_IMPORTED = time.perf_counter()


def process_age() -> float:
    """Return the seconds since this process began, to a hundredth.

    Where the system does not report them: the seconds since this module was imported.
    """
    try:
        stat = Path("/proc/self/stat").read_text("ascii", errors="replace")
        began = int(stat.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - began
    except (OSError, AttributeError, ValueError, IndexError):
        return time.perf_counter() - _IMPORTED


def peak_mib() -> float:
    """Return the peak resident memory of this program in MiB.

    `ru_maxrss` survives `exec`, so a program started by a large process would begin with the peak
    of that process; it is only the fallback.
    """
    try:
        for line in Path("/proc/self/status").read_text("ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
