"""Rules of `folding.skeleton_code` as arrays, for the kernel that applies them."""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import ByteArray
from resolver.kernels.text.skeletons import SkeletonRules
from resolver.normalize.folding import DIGRAPHS, FOLDS, PLAIN_DIGRAPHS


def _replacements() -> ByteArray:
    """Return a row for each replacement; see `SkeletonRules`."""
    rows = np.zeros((len(DIGRAPHS) + len(PLAIN_DIGRAPHS), 8), dtype=np.uint8)
    for row, (old, new) in zip(rows, (*DIGRAPHS, *PLAIN_DIGRAPHS), strict=True):
        row[0], row[1 : 1 + len(old)] = len(old), list(old.encode("ascii"))
        row[5], row[6 : 6 + len(new)] = len(new), list(new.encode("ascii"))
    return rows


def _folded_letters() -> ByteArray:
    """Return what each ASCII letter becomes, 0 nothing."""
    table = np.arange(128, dtype=np.uint8)
    for letter, other in FOLDS.items():
        table[letter] = ord(other) if other else 0
    table[list(b"aeiou")] = 0
    return table


SKELETON_RULES = SkeletonRules(_replacements(), len(DIGRAPHS), _folded_letters())
