"""The table of peers: what to install, which script runs it, which tasks it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.datasets import JUDGED, ROOT, Task

HOME = ROOT / "build" / "peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool beside us. `requirements`: what pip installs; `script`: the file in this folder that runs it."""

    name: str
    requirements: tuple[str, ...]
    script: str
    judges: bool = False
    """Whether it judges pairs of list entries; the others take tables."""

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return HOME / self.name / "bin" / "python"

    def command(self) -> list[str]:
        """What runs it on a task."""
        return [str(self.python), str(Path(__file__).parent / self.script)]

    def takes(self, task: Task) -> bool:
        """Whether its documentation has it for such a task."""
        return self.judges == (task.mode == JUDGED)


PEERS: tuple[Peer, ...] = ()


def installed(peer: Peer) -> bool:
    """Whether its environment is complete: setup leaves a stamp at its end."""
    return (HOME / peer.name / ".complete").is_file()
