"""Make the machine code of the kernels for one level of processors.

See `resolver.kernels.compilation.machine_code`.

    compile_kernels.py [LEVEL FOLDER [KERNEL...]]

FOLDER/LEVEL gets an extension module for the Python that runs this; a C compiler links it. An
empty LEVEL is that of this processor; without FOLDER it is for this checkout. KERNEL (as in
`signatures.json`) leaves out all others, for tests.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from resolver.kernels.compilation import machine_code

LEVEL = next(filter(None, [*sys.argv[1:2], *machine_code.processor_levels()]), "")
if not LEVEL:
    sys.exit("no level of processors is known for this machine")
FOLDER = Path(sys.argv[2]) if sys.argv[2:] else machine_code.FOLDER
# numba compiles Python, not what is machine code already
machine_code.FOLDER = FOLDER / "none"
# numba reads them when it is imported: what kernels call is made for the level too
os.environ.update(NUMBA_CPU_NAME=LEVEL, NUMBA_CPU_FEATURES="")
# a cache of its own, since kernels may be compiled for this checkout at the same time
os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).resolve().parent.parent / "build" / "kernels")

from numba.core import typing  # noqa: E402
from numba.pycc import compiler  # noqa: E402
from numba.pycc.cc import CC  # noqa: E402

from resolver.kernels.compilation.signatures import signatures  # noqa: E402


def compiled_as_kernel(options: dict[Any, dict[str, Any]], compile_extra: Any) -> Any:
    """Return numba's compiling function, with the options of each kernel."""

    def compile_kernel(
        typing_context: Any, context: Any, function: Any, *rest: Any, **words: Any
    ) -> Any:
        args, result, flags = rest
        flags = flags.copy()
        # other threads run meanwhile
        flags.release_gil = options[function]["nogil"]
        # a kernel that counts no references calls others that count none
        flags.nrt = options[function]["_nrt"]
        return compile_extra(typing_context, context, function, args, result, flags, **words)

    return compile_kernel


def main() -> None:
    """Compile and link."""
    path = machine_code.code_file(FOLDER / LEVEL)
    path.parent.mkdir(parents=True, exist_ok=True)
    for former in path.parent.iterdir():
        former.unlink()
    code: Any = CC(machine_code.MODULE, source_module=machine_code)
    code.output_dir, code.output_file, code.target_cpu = str(path.parent), path.name, LEVEL
    options = {}
    for module, name, kinds in signatures(sys.argv[3:]):
        kernel = getattr(import_module(module), name)
        symbol = machine_code.symbol(module, name)
        signature = typing.signature(None, *kinds)
        code._exported_functions[symbol] = compiler.ExportEntry(symbol, signature, kernel.py_func)
        options[kernel.py_func] = kernel.targetoptions
    # numba has no interface for options of single functions
    compiler.compile_extra = compiled_as_kernel(options, compiler.compile_extra)
    code.compile()


if __name__ == "__main__":
    main()
