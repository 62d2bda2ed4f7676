"""`python -m benchmarks`: sets up the peers, then measures quality and speed. Each has options of its own; see
`python -m benchmarks.quality --help` and `.speed --help`.
"""

from __future__ import annotations

import sys

from benchmarks import quality, speed
from benchmarks.peers import __main__ as peers


def main() -> int:
    """Everything, in turn. Gives the worst exit code; a peer that cannot be installed is skipped, and said."""
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
