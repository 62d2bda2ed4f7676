"""Table of peers: packages to install, the script that runs each, and the tasks it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness.datasets import ROOT, Task

HOME = ROOT / "build" / "peers"
# what the scripts themselves read and write with
COMMON = ("pyarrow>=18",)


@dataclass(frozen=True, slots=True)
class Peer:
    """Tool to compare with.

    `requirements`: packages for pip; `script`: the module in this package that runs it; `sets`: the
    tasks (by name) that its script has settings for.
    """

    name: str
    requirements: tuple[str, ...]
    script: str
    sets: tuple[str, ...]
    ways: tuple[str, ...] = ("",)
    """Variants of the script, each a row of its own in the table of figures (`splink looser`)."""
    only_for: Mapping[str, str] = field(default_factory=dict)
    """Way that applies to one task only, and that task."""

    @property
    def python(self) -> Path:
        """Return the interpreter of its environment."""
        return HOME / self.name / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Return the file that marks a complete setup."""
        return HOME / self.name / ".complete"

    def runs(self, task: Task) -> list[tuple[str, list[str]]]:
        """Return names and commands (from the project's root) of its ways to do a task.

        The list is empty where it has no settings.
        """
        if task.name not in self.sets:
            return []
        command = [str(self.python), "-m", f"benchmarks.peers.{self.script}"]
        ways = [
            way for way in self.ways if not way or self.only_for.get(way, task.name) == task.name
        ]
        return [(f"{self.name} {way}".strip(), [*command, *([way] if way else [])]) for way in ways]


PEERS: tuple[Peer, ...] = (
    Peer(
        "splink",
        ("splink==5.0.0", "pandas>=2.2"),
        "run_splink",
        ("febrl3", "febrl4", "fake_1000", "historical_50k all columns", "persons_100k"),
        ("", "looser"),
        {"looser": "historical_50k all columns"},
    ),
    Peer(
        "recordlinkage",
        ("recordlinkage==0.16", "pandas>=2.2,<3"),
        "run_recordlinkage",
        ("febrl3", "febrl4", "fake_1000", "historical_50k all columns"),
    ),
    Peer(
        "nomenklatura",
        ("nomenklatura==4.17.4", "pandas>=2.2"),
        "run_nomenklatura",
        ("ofac_un",),
        ("logic-v2", "regression-v1", "logic-v1", "name-based"),
    ),
    # larger sets take it 10 to 20 GB
    Peer("dedupe", ("dedupe==3.0.3", "BTrees<6.5", "pandas>=2.2"), "run_dedupe", ("fake_1000",)),
)
PEER_BY_NAME = {peer.name: peer for peer in PEERS}


def is_installed(peer: Peer) -> bool:
    """Return whether the environment of a peer is complete."""
    return peer.stamp.is_file()
