"""Set up the peers, then measure quality, checks by a name and speed: `python -m benchmarks`.

It takes no options; `python -m benchmarks.quality --help`, `.check_names --help` and
`.speed --help` list those of the parts.
"""

from __future__ import annotations

import sys

from benchmarks import check_names, quality, speed
from benchmarks.peers import __main__ as peers


def main() -> int:
    """Run all parts in turn and return the worst exit code.

    A peer that cannot be installed is reported and skipped.
    """
    if sys.argv[1:]:
        print(
            "python -m benchmarks takes no options; python -m benchmarks.quality, .check_names and "
            ".speed do",
            file=sys.stderr,
        )
        return 2
    peers.main(["setup"])
    codes = [quality.main([])]
    for what in ("ways", "cultures", "invented"):
        print(f"checks by a name: {what}", flush=True)
        codes.append(check_names.main(["--ask", what]))
    return max(*codes, speed.main([]))


if __name__ == "__main__":
    sys.exit(main())
