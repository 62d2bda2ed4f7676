"""A run in a process of its own, watched by this one: what ends it from outside still becomes one line.

The system ends the largest process when memory runs out, and some libraries abort where they get none; neither leaves
Python a word to say. The watching process is as small as it was when the program began.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from resolver.errors import UsageError
from resolver.settings import tell_library

WATCHED = frozenset({"dedupe", "link"})
"""Commands that work on whole lists."""
LEAST_MIB = 128
_PR_SET_PDEATHSIG = 1
_NO_MEMORY = "give it more, or resolve fewer lists at once; with --resume it goes on from the last finished stage"


def watched(work: Callable[[], int]) -> int:
    """The exit code of `work`, done in a child process; 1 and a line on standard error where something ended it.

    Call it before anything heavy is imported and before there are threads. Where there is no second process to be had,
    the work is done here.
    """
    try:
        child = os.fork()
    except OSError:
        return work()
    if not child:
        _end_with_parent()
        code = work()
        if code:
            # what is half torn down by a lack of memory is not torn down further
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        return code

    def hand_on(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGHUP, hand_on)
    # the terminal tells the child by itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code
    print(f"error: {ended_by(-code)}", file=sys.stderr)
    return 1


def limit_memory(mib: int) -> None:
    """Let this process, and each that it begins, have no more than `mib` MiB for data: whoever asks for more is
    refused, which Python can tell, instead of being ended. A lower limit that the system has set stays. Raises
    `UsageError` for a limit under which nothing can be loaded."""
    if mib < LEAST_MIB:
        raise UsageError(
            f"no command runs in {mib} MiB", where="environment", mend=f"allow {LEAST_MIB} or more"
        )
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = mib << 20
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    # Arrow's own allocator takes a GiB of addresses in advance, and threads of OpenBLAS room that is not used here
    tell_library("ARROW_DEFAULT_MEMORY_POOL", "system")
    tell_library("OPENBLAS_NUM_THREADS", "1")
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def ended_by(number: int) -> str:
    """What to say of a run that a signal ended."""
    name = signal.Signals(number).name
    if number == signal.SIGKILL:
        return f"the run was ended from outside ({name}), most likely because memory ran out ({_NO_MEMORY})"
    if number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS):
        return f"a library gave up ({name}), most likely because it got no memory ({_NO_MEMORY})"
    return f"the run was ended from outside ({name}); nothing half done was left"


def _end_with_parent() -> None:
    """Ask the system to end this process with the one that watches it (Linux; elsewhere it goes on alone)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
