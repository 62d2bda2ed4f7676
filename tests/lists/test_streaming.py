"""Memory of reading: it grows with the records, not with other contents of a file."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


ROWS = 40_000
MIB = 1 << 20
UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
_READ = """
import resource, sys
from pathlib import Path
from resolver.lists.readers import read_lists
small, large = Path(sys.argv[1]), Path(sys.argv[2])
read_lists([small])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
intake = read_lists([large])
print(len(intake.batch), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def rows(count: int) -> Iterator[dict[str, str]]:
    """Yield rows of some 1,500 bytes, most of them in a column that nothing reads."""
    return ({"id": str(at), "name": f"Anna {at}", "scan": f"{at:08}" * 180} for at in range(count))


def as_csv(path: Path, count: int) -> None:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["id", "name", "scan"])
        writer.writeheader()
        writer.writerows(rows(count))


def as_json_lines(path: Path, count: int) -> None:
    with path.open("w") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows(count))


def as_json_array(path: Path, count: int) -> None:
    with path.open("w") as stream:
        stream.write("[" + ",\n".join(json.dumps(row) for row in rows(count)) + "]")


@pytest.mark.parametrize("write", [as_csv, as_json_lines, as_json_array])
def test_memory_grows_far_less_than_the_file(
    tmp_path: Path, root: Path, write: Callable[[Path, int], None]
) -> None:
    small, large = tmp_path / "small.txt", tmp_path / "large.txt"
    write(small, 100)
    write(large, ROWS)
    size = large.stat().st_size
    assert size > 55 * MIB
    command = [sys.executable, "-c", _READ, str(small), str(large)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    records, grown = (int(text) for text in done.stdout.split())
    assert records == ROWS
    assert grown * UNIT < size * 0.66, (
        f"grew by {grown * UNIT // MIB} MiB for a file of {size // MIB} MiB"
    )
