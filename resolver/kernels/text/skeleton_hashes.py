"""Hashes of the consonant skeletons of words."""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import ByteArray, HashArray, LongArray
from resolver.kernels.compiler import compiled
from resolver.kernels.text.byte_hashes import hash_bytes
from resolver.kernels.text.skeletons import SkeletonRules, write_skeleton

MAX_WORD = 60
"""Letters of the longest word that has room here."""


@compiled()
def fill_skeleton_hashes(
    offsets: LongArray, data: ByteArray, rules: SkeletonRules, out: HashArray
) -> None:
    """Write the hash of the skeleton of each ASCII word `data[offsets[i]:offsets[i + 1]]`.

    It is 0 for a skeleton without letters. Words have at most `MAX_WORD` letters.
    """
    block = np.empty(16, dtype=np.uint64)
    text, other = np.empty(2 * MAX_WORD, dtype=np.uint8), np.empty(2 * MAX_WORD, dtype=np.uint8)
    for word in range(len(out)):
        length = 0
        for at in range(offsets[word], offsets[word + 1]):
            text[length] = data[at]
            length += 1
        length = write_skeleton(text, length, rules, other)
        out[word] = hash_bytes(text, length, block) if length > 0 else np.uint64(0)
