"""Tests of `resolver.cli.process_start`, each in a process that has loaded nothing."""

import os
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import sys
from resolver.cli.process_start import load_arrow_without_pandas
load_arrow_without_pandas()
import pyarrow as pa
pa.array(["a"])
print("pandas" in sys.modules)
import pandas
print(pa.array([1, 2]).to_pandas().sum())
"""


def test_arrow_is_loaded_without_pandas_which_can_be_loaded_later() -> None:
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SCRIPT], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["False", "3"]


def test_a_batch_run_loads_no_pandas_and_has_one_heap_and_no_blas_threads() -> None:
    code = (
        "import sys; from resolver.cli.app import run; import tempfile, pathlib;"
        "folder = pathlib.Path(tempfile.mkdtemp()); table = folder / 'people.csv';"
        "table.write_text('name,birth_date\\nIvan Petrov,1970-01-02\\nIvan Petrow,1970-01-02\\n');"
        "code = run(['dedupe', str(table), '--out', str(folder / 'result')]);"
        "import pyarrow as pa; from threadpoolctl import threadpool_info;"
        "blas = max(row['num_threads'] for row in threadpool_info() if row['user_api'] == 'blas');"
        "print(code, 'pandas' in sys.modules, pa.default_memory_pool().backend_name, blas)"
    )
    unset = {name: text for name, text in os.environ.items() if "_NUM_THREADS" not in name}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=unset
    )
    assert answer.stdout.splitlines()[-1] == "0 False system 1"


def test_a_screening_of_a_table_loads_no_pandas(tmp_path: Path) -> None:
    table, store = tmp_path / "people.csv", f"sqlite:///{tmp_path}/hub.db"
    table.write_text("name,birth_date\nIvan Petrov,1970-01-02\nIvan Petrow,1970-01-02\n")
    # a process of its own, as `dedupe` loads no pandas either
    subprocess.run(
        [sys.executable, "-m", "resolver", "dedupe", table, "--store", store], check=True
    )
    code = (
        "import sys; from resolver.cli.app import run; code = run(sys.argv[1:]);"
        "print(code, 'pandas' in sys.modules)"
    )
    command = ["screen", str(table), "--store", store, "--out", str(tmp_path / "hits.csv")]
    answer = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "3 False"
