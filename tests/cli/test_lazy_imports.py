"""What a batch loads, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from resolver.cli import lean
lean.load()
import pyarrow as pa
pa.array(["a"])
import resolver.engines.local
from resolver.compare.numbering import numbered
import numpy as np
numbered(np.array([3, 3], dtype=np.int64))
loaded = [name for name in lean.NOT_NEEDED if name in sys.modules]
import pandas, scipy.linalg
frame = pa.table({"a": ["x"]}).to_pandas()
print(loaded, frame["a"].tolist(), pa.array(pandas.Series(["y"])).to_pylist())
"""


def test_what_is_only_looked_for_is_not_loaded_and_still_there_later() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.stdout == "[] ['x'] ['y']\n", done.stderr
