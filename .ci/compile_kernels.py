"""Make the machine code of the kernels for levels of processors.

See `resolver.runtime.machine_code`.

    compile_kernels.py [LEVEL FOLDER [KERNEL...]]
    compile_kernels.py --check

FOLDER/LEVEL gets an extension module for the Python that runs this; a C++ compiler links it. An
empty LEVEL is the best one of this processor, `all` is every level that it has. Without FOLDER it
is for this checkout. If this checkout has it already, it is copied. KERNEL (as in
`signatures.json`) leaves out all others, for tests. `--check` only tells whether this machine can.
"""

from __future__ import annotations

import gc
import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

from resolver.runtime import machine_code

SIGNATURES = Path(machine_code.__file__).with_name("signatures.json")
DONE = "done: "
"""Beginning of the line that a process writes for a kernel."""
REPORT_SECONDS = 10.0
"""Least time between two lines that say how much is compiled."""
LOADER = """
#define _GNU_SOURCE
#include <Python.h>
#include <dlfcn.h>
#include <string.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "%(module)s", NULL, -1, NULL};

static int add_part(PyObject *module, const char *path, const char *function)
{
    void *part = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    PyObject *(*init)(void) = part ? (PyObject *(*)(void)) dlsym(part, function) : NULL;
    PyObject *added = NULL;
    if (init)
        added = init();
    else
        PyErr_Format(PyExc_ImportError, "cannot load %%s", path);
    return added ? PyDict_Merge(PyModule_GetDict(module), PyModule_GetDict(added), 0) : -1;
}

PyMODINIT_FUNC PyInit_%(module)s(void)
{
    char path[4096];
    Dl_info place;
    PyObject *module = PyModule_Create(&definition);
    if (!module || !dladdr((void *) &add_part, &place) || strlen(place.dli_fname) > 3900)
        return NULL;
    strcpy(path, place.dli_fname);
    char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    %(calls)s
    return module;
}
"""
"""Extension module that holds what the parts beside it hold, each made by its own process."""


def main(level: str = "", folder: str = "", *kernels: str) -> None:
    """Compile the levels, as many parts at once as there are cores."""
    check()
    target = Path(folder) if folder else machine_code.FOLDER
    levels = machine_code.processor_levels() if level in ("", "all") else (level,)
    jobs = []
    for name in levels if level == "all" else levels[:1]:
        path = machine_code.code_file(target / name)
        present = machine_code.code_file(machine_code.FOLDER / name)
        if path.exists() and not kernels:
            continue
        shutil.rmtree(target / name, ignore_errors=True)
        if present.exists() and not kernels:
            shutil.copytree(present.parent, target / name)
            continue
        (target / name).mkdir(parents=True)
        jobs += [(name, path, number, part) for number, part in enumerate(parts(kernels))]
    total = sum(len(part) for *_, part in jobs)
    if total:
        Progress(total).run(jobs)
    for path in dict.fromkeys(path for _, path, *_ in jobs):
        link_parts(path)


def check() -> None:
    """Exit with one line if this machine cannot compile, before a minute is spent on it."""
    if not machine_code.processor_levels():
        sys.exit("no level of processors is known for this machine")
    command = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "try.cpp")
        source.write_text("#include <Python.h>\n#include <atomic>\n", "utf-8")
        command += ["-I", sysconfig.get_path("include"), "-c", str(source), "-o", f"{source}.o"]
        try:
            subprocess.run(command, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            sys.exit(f"{command[0]} compiles no C++ with the headers of Python")


def parts(kernels: Sequence[str]) -> list[list[str]]:
    """Return the kernels of two parts that take equally long and call few kernels in common."""
    keys = [
        key for key in json.loads(SIGNATURES.read_text("utf-8")) if not kernels or key in kernels
    ]
    first = [key for key in keys if key.startswith(("names.", "values."))]
    return [first, [key for key in keys if key not in first]]


class Progress:
    """Processes that compile, and lines that say how far they are."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._reported = total, 0, time.monotonic()

    def run(self, jobs: Sequence[tuple[str, Path, int, list[str]]]) -> None:
        """Run a process for each part of a level."""
        print(
            f"compiling {self._total} kernels (a minute on two cores)", file=sys.stderr, flush=True
        )
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            failures = [*filter(None, pool.map(self._run, jobs))]
        if failures:
            sys.exit(failures[0])

    def _run(self, job: tuple[str, Path, int, list[str]]) -> str:
        """Run a process, which names each kernel; return why it failed, or nothing."""
        level, path, number, kernels = job
        command = [sys.executable, __file__, "--part", level, str(path), str(number), *kernels]
        log = []
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            for line in process.stdout or ():
                if line.startswith(DONE):
                    self._report()
                else:
                    log.append(line)
        return "".join(log) or "error: compiling failed" if process.returncode else ""

    def _report(self) -> None:
        self._done += 1
        if time.monotonic() > self._reported + REPORT_SECONDS:
            self._reported = time.monotonic()
            self._say(f"compiled {self._done} of {self._total} kernels")

    @staticmethod
    def _say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)


def part_file(path: Path, number: int) -> Path:
    """Return the file of a part of the machine code in the file `path`."""
    stem, _, suffix = path.name.partition(".")
    return path.with_name(f"{stem}-{number}.{suffix}")


def link_parts(path: Path) -> None:
    """Make the extension module that holds what the parts beside it hold."""
    from numba.pycc.platform import Toolchain

    calls = "".join(
        f'strcpy(name, "{part_file(path, number).name}");\n    '
        f'if (add_part(module, path, "PyInit_part{number}")) return NULL;\n    '
        for number in range(len(parts(())))
    )
    source = path.with_suffix(".c")
    source.write_text(LOADER % {"module": machine_code.MODULE, "calls": calls}, "utf-8")
    toolchain: Any = Toolchain()
    with tempfile.TemporaryDirectory() as folder:
        places = toolchain.get_python_include_dirs()
        objects = toolchain.compile_objects([str(source)], folder, include_dirs=places)
        toolchain.link_shared(str(path), objects, libraries=["dl"])
    source.unlink()


def compile_part(level: str, path: str, number: str, *keys: str) -> None:
    """Compile kernels into one extension module; print the name of each."""
    # numba compiles Python, not what is machine code already
    machine_code.FOLDER = Path(path).parent / "none"
    # numba reads them when it is imported: what kernels call is made for the level too
    os.environ.update(NUMBA_CPU_NAME=level, NUMBA_CPU_FEATURES="")
    # the texts of errors of numba's own attempts are never shown
    os.environ["NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING"] = "1"
    # compiling makes objects by the million and few cycles
    gc.set_threshold(100_000, 20, 20)

    from numba.core import typing
    from numba.pycc import compiler
    from numba.pycc.cc import CC

    from resolver.runtime.just_in_time import signatures

    leave_out_entries_from_python()
    code: Any = CC(f"part{number}", source_module=machine_code)
    file = part_file(Path(path), int(number))
    code.output_dir, code.output_file = str(file.parent), file.name
    code.target_cpu = level
    options = {}
    for module, name, kinds in signatures(keys) if keys else ():
        kernel = getattr(import_module(module), name)
        symbol = machine_code.symbol(module, name)
        signature = typing.signature(None, *kinds)
        code._exported_functions[symbol] = compiler.ExportEntry(symbol, signature, kernel.py_func)
        options[kernel.py_func] = kernel.targetoptions
    # numba has no interface for options of single functions
    compiler.compile_extra = compiled_as_kernel(options, compiler.compile_extra)
    code.compile()


def leave_out_entries_from_python() -> None:
    """Compile kernels that others call for these alone.

    numba would also make, for each, functions that Python and C can call, and load all into this
    process: a third of the time.
    """
    from llvmlite.binding import ffi
    from numba.core import caching, codegen, cpu, dispatcher

    from resolver.runtime import just_in_time

    def without_entries(_: Any, flags: Any) -> Any:
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        return flags

    def add_overload(kernel: Any, result: Any) -> None:
        kernel.overloads[tuple(result.signature.args)] = result

    numba_classes: Any = dispatcher
    numba_classes._FunctionCompiler._customize_flags = without_entries
    numba_classes._DispatcherBase.add_overload = add_overload
    # a key under which callers find the code, in place of its address
    cpu.CPUContext.get_executable = lambda *_: object()
    codegen.JITCodeLibrary._finalize_specific = lambda _: None
    codegen.JITCPUCodegen._add_module = lambda *_: None
    just_in_time._SourceCache = lambda _: caching.NullCache()
    # numba counts how long each of a million calls of LLVM takes
    ffi.lib._lock._cblist.clear()


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
        flags.no_cfunc_wrapper = True
        compiled = compile_extra(typing_context, context, function, args, result, flags, **words)
        print(f"{DONE}{function.__name__}", flush=True)
        return compiled

    return compile_kernel


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    elif sys.argv[1:2] == ["--part"]:
        compile_part(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
