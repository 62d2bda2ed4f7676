"""Set up or list the peers: `python -m benchmarks.peers setup [NAME…]`.

`setup` makes an environment for each peer under `build/peers` and skips complete ones; `list` shows
which are installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.peers.table import COMMON, HOME, PEER_BY_NAME, Peer, is_installed


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up or list; return the exit code: 1 where a peer could not be installed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("action", choices=["setup", "list"])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(PEER_BY_NAME)} (default: all)"
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in PEER_BY_NAME]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(PEER_BY_NAME)}")
    peers = [PEER_BY_NAME[name] for name in options.names or PEER_BY_NAME]
    if options.action == "list":
        for peer in peers:
            print(f"{peer.name:<16}{'installed' if is_installed(peer) else 'not installed'}")
        return 0
    failed = [peer.name for peer in peers if not set_up(peer)]
    return 1 if failed else 0


def set_up(peer: Peer) -> bool:
    """Make the environment of a peer unless it is complete; return whether it is.

    Prints the reason of a failure.
    """
    if is_installed(peer):
        return True
    print(f"installing {peer.name} into {HOME / peer.name} …", file=sys.stderr, flush=True)
    pip = [str(peer.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(HOME / peer.name)],
        [*pip, *peer.requirements, *COMMON],
    ):
        process = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if process.returncode:
            lines = process.stderr.strip().splitlines() or ["no reason given"]
            print(f"failed: {peer.name}: {lines[-1]}", file=sys.stderr)
            return False
    peer.stamp.touch()
    return True


if __name__ == "__main__":
    sys.exit(main())
