"""Build hook of hatchling: a wheel for one platform, with its kernels in machine code.

The variable BUILD_KERNELS says for which processors: `best` (the default) for those with the
level of this machine, `all` for every level that this machine has, `none` for no machine code.
Without a C++ compiler, with `none`, and for editable installations the wheel requires numba, which
compiles the kernels when they are first called.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEVELS = {"best": "", "all": "all"}
"""What `compile_kernels.py` calls the processors that the variable names."""
NEEDED = frozenset(
    "icu4py jellyfish nicknames numpy orjson phonenumbers pyarrow python-dateutil"
    " python-stdnum".split()
)
"""What of the package's requirements kernels and tables of words need when they are made."""
PLACES = {"kernels": "resolver/runtime/compiled", "words": "resolver/data"}
WORDS = """
import sys
from pathlib import Path
from resolver.runtime import machine_code
machine_code.FOLDER = Path(sys.argv[1])
from resolver.names.lexicons.symbols import SymbolSource
SymbolSource(Path(sys.argv[2])).load()
"""
"""Program that makes the table of name words, which takes seconds, by the compiled kernels."""


class CompiledHook(BuildHookInterface[Any]):
    """Adds compiled files and the tag of their platform, or else what is needed to compile them."""

    def dependencies(self) -> list[str]:
        """Return what compiling needs."""
        if "get_requires_for_build_editable" in sys.argv or self._obstacle():
            return []
        project = self._project()
        own = [row for row in project["dependencies"] if re.split(r"[<>=]", row)[0] in NEEDED]
        return [*own, *project["optional-dependencies"]["source"], "setuptools"]

    def initialize(self, version_name: str, build_data: dict[str, Any]) -> None:
        """Compile, and change what is built."""
        self._work = Path(tempfile.mkdtemp())
        is_editable = version_name == "editable"
        problem = "" if is_editable else self._obstacle() or self._compile()
        if problem:
            _say(
                f"note: watchlist-resolver is installed without compiled kernels ({problem});"
                " numba compiles them on first use, which takes two minutes once"
            )
        if problem or is_editable:
            build_data["dependencies"] += self._project()["optional-dependencies"]["source"]
            return
        for name, place in PLACES.items():
            build_data["force_include"][str(self._work / name)] = place
        python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        build_data["pure_python"] = False
        build_data["tag"] = f"{python}-{python}-{_platform(self._work / 'kernels')}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the compiled files, which the wheel holds."""
        shutil.rmtree(self._work)

    def _project(self) -> dict[str, Any]:
        content = tomllib.loads(Path(self.root, "pyproject.toml").read_text("utf-8"))
        project: dict[str, Any] = content["project"]
        return project

    def _obstacle(self) -> str:
        """Return why no machine code is made here, or nothing."""
        wanted = os.environ.get("BUILD_KERNELS", "best")
        if wanted == "none":
            return "BUILD_KERNELS is none"
        if wanted not in LEVELS:
            raise ValueError(f"BUILD_KERNELS is {wanted!r}: it can be best, all or none")
        return self._run("compile_kernels.py", "--check")

    def _compile(self) -> str:
        """Make the files; return why that failed, or nothing."""
        kernels, words = (str(self._work / name) for name in PLACES)
        _say("compiling the kernels of watchlist-resolver (a minute on two cores)")
        level = LEVELS[os.environ.get("BUILD_KERNELS", "best")]
        return self._run("compile_kernels.py", level, kernels) or self._run(
            "-c", WORDS, kernels, words
        )

    def _run(self, program: str, *words: str) -> str:
        """Run a script of this folder, or Python's option; return the last line of an error."""
        path = os.pathsep.join(filter(None, [self.root, os.environ.get("PYTHONPATH", "")]))
        script = program if program.startswith("-") else str(Path(self.root, ".ci", program))
        process = subprocess.run(
            [sys.executable, script, *words],
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=sys.stderr,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        sys.stderr.write(process.stderr)
        if not process.returncode:
            return ""
        return process.stderr.strip().rpartition("\n")[2][:200] or "compiling failed"


def _say(text: str) -> None:
    """Write a line, also where pip writes, since pip hides what a build writes."""
    print(text, file=sys.stderr, flush=True)
    with suppress(OSError):
        shown = Path("/proc", str(os.getppid()), "fd", "2")
        state = shown.stat()
        # a file has a place at which the installer goes on to write
        if not stat.S_ISREG(state.st_mode) and not os.path.samestat(state, os.fstat(2)):
            with shown.open("w", encoding="utf-8") as file:
                file.write(f"\n{text}\n")


def _platform(kernels: Path) -> str:
    """Return the platform that the compiled files run on: they use no library but C's."""
    machine = platform.machine()
    if sys.platform == "darwin":
        return f"macosx_11_0_{machine}"
    return f"manylinux_2_{max(28, _c_library(kernels))}_{machine}"


def _c_library(kernels: Path) -> int:
    """Return the minor version of the C library that the files ask for, as the linker wrote it."""
    codes = (path.read_bytes() for path in kernels.rglob("*.so"))
    return max(
        (int(found) for code in codes for found in re.findall(rb"GLIBC_2\.(\d+)", code)), default=0
    )
