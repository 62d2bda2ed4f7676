"""Set up the peers, then measure quality and speed: `python -m benchmarks`.

It takes no options; `python -m benchmarks.quality --help` and `.speed --help` list those of the
parts.
"""

from __future__ import annotations

import sys

from benchmarks import quality, speed
from benchmarks.peers import __main__ as peers


def main() -> int:
    """Run all parts in turn and return the worst exit code.

    A peer that cannot be installed is reported and skipped.
    """
    if sys.argv[1:]:
        print(
            "python -m benchmarks takes no options; python -m benchmarks.quality and .speed do",
            file=sys.stderr,
        )
        return 2
    peers.main(["setup"])
    return max(quality.main([]), speed.main([]))


if __name__ == "__main__":
    sys.exit(main())
