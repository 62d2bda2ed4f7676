"""Mutated lists of every format: no traceback, no hang, no silent drop, little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from resolver.lists.readers import READERS, read_lists
from tests.contracts.test_readers import SAMPLE_WRITERS, files_of
from tests.lists.list_mutations import REMOVING, mutate

pytestmark = pytest.mark.slow

SECONDS = 10
"""Processor seconds in which each list is read; most take a hundredth."""
MEMORY = 1 << 30
"""Bytes of resident memory of the process that reads all lists, its libraries included."""
CHILD = """
import json, signal, sys, traceback
from pathlib import Path
from resolver.errors import ResolverError
from resolver.lists.readers import read_lists
seconds = int(sys.argv[1])

def stop(number, frame):
    raise TimeoutError(f"reading takes more than {seconds} s")

def peak():
    # of this program alone: what getrusage says begins with the process that started it
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) * 1024

signal.signal(signal.SIGVTALRM, stop)
for line in sys.stdin:
    folder, form = line.rstrip("\\n").split("\\t")
    result = {"folder": folder, "form": form}
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        intake = read_lists([Path(folder)], format=form or None)
    except ResolverError as error:
        result["error"] = str(error)
    except BaseException:
        result["traceback"] = traceback.format_exc()
    else:
        result["records"] = len(intake.batch)
        result["messages"] = [item.reason for item in intake.rejects] + list(intake.warnings)
        result["lists"] = [[item.format, item.records] for item in intake.lists]
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    result["peak"] = peak()
    print(json.dumps(result), flush=True)
"""


def write_mutations(folder: Path, count: int) -> list[tuple[str, str, str]]:
    """Write mutated samples; return the folder, the format (empty: detected) and the mutations."""
    written = []
    for number in range(count):
        row = READERS[number % len(READERS)]
        target = folder / f"{number:04}"
        target.mkdir(parents=True)
        sample = SAMPLE_WRITERS[row.name](target)
        files = files_of(sample)
        # one file of the list, so that companions of a mutated file are sound and the reverse
        chosen = files[number // len(READERS) % len(files)]
        data, names = mutate(chosen.read_bytes(), number)
        chosen.write_bytes(data)
        form = row.name if number % 3 else ""
        written.append((str(sample if form else target), form, names))
    return written


def complete_counts(folder: Path) -> dict[str, int]:
    """Return the number of records of each sample."""
    counts = {}
    for row in READERS:
        target = folder / row.name
        target.mkdir()
        counts[row.name] = len(read_lists([SAMPLE_WRITERS[row.name](target)]).batch)
    return counts


def read_all(lists: list[tuple[str, str, str]], root: Path) -> list[dict[str, object]]:
    """Read all lists in one child process, as a worker reads one after the other."""
    text = "".join(f"{folder}\t{form}\n" for folder, form, _ in lists)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(SECONDS)],
        input=text,
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (lists[len(results)], done.stderr[-2_000:])
    return results


@pytest.mark.parametrize(
    "count", [60, pytest.param(1_000, marks=pytest.mark.nightly)], ids=["suite", "nightly"]
)
def test_mutated_lists_are_read_or_refused_in_words(count: int, tmp_path: Path, root: Path) -> None:
    lists = write_mutations(tmp_path, count)
    results = read_all(lists, root)
    assert len(results) == count
    complete = complete_counts(tmp_path)
    faults = []
    for number, (folder, form, names) in enumerate(lists):
        result = results[number]
        error = str(result.get("error", ""))
        # where a whole row is gone, the rest is a sound list
        is_whole = not REMOVING & set(names.split())
        expected = complete[READERS[number % len(READERS)].name] if is_whole else 1
        is_silent = int(str(result.get("records", 0))) < expected and not result.get("messages")
        if "traceback" in result or "\n" in error or (is_silent and not error):
            faults.append((Path(folder).name, form, names, result))
    assert faults == []
    peak = max(int(str(result["peak"])) for result in results)
    assert peak <= MEMORY, f"{peak:,} bytes"
    # the mutations are no noise that everything refuses
    assert sum(bool(result.get("records")) for result in results) > count // 4
