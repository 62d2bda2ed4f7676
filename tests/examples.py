"""Numbers of examples of properties: few in the suite, many at night (`make nightly`)."""

from __future__ import annotations

import os

IS_NIGHTLY = os.environ.get("TEST_EXAMPLES") == "nightly"
DEFAULT_EXAMPLES = 100 if IS_NIGHTLY else 40


def examples(count: int) -> int:
    """Return how many examples of a costly property are tried: `count`, four times as many at
    night.
    """
    return 4 * count if IS_NIGHTLY else count
