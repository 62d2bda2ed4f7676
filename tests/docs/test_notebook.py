"""The notebook of the tutorial runs as it is, and is kept without results."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

PAGE = Path("docs") / "tutorial" / "data-frames.ipynb"
SECONDS = 300
LEAST_F1 = 0.97


@pytest.fixture(scope="module")
def notebook(root: Path) -> Any:
    return nbformat.read(root / PAGE, as_version=4)  # type: ignore[no-untyped-call]


def test_the_notebook_is_kept_without_results(notebook: Any) -> None:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 10
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


@pytest.mark.slow
def test_the_notebook_runs(
    notebook: Any, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(root))
    with warnings.catch_warnings():
        # of the libraries that start the kernel
        warnings.simplefilter("ignore")
        client = NotebookClient(
            notebook, timeout=SECONDS, resources={"metadata": {"path": str(tmp_path)}}
        )
        ran = client.execute()
    outputs = {cell.source: cell.outputs for cell in ran.cells if cell.cell_type == "code"}
    values = _values(outputs, "f1"), _values(outputs, "learnt")
    assert min(values) >= LEAST_F1
    drawn = [cell for source, cell in outputs.items() if ".chart." in source]
    assert len(drawn) == 5
    assert all("image/svg+xml" in cell[-1].data for cell in drawn)
    assert any("1,000 rows are" in str(output) for output in outputs.values())


def _values(outputs: dict[str, Any], name: str) -> float:
    """Return the number that the cell ending in `round(name, 3)` shows."""
    source = next(source for source in outputs if source.endswith(f"round({name}, 3)"))
    return float(outputs[source][-1].data["text/plain"].removeprefix("np.float64(").rstrip(")"))
