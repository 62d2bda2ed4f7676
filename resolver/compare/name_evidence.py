"""What an alignment of names says, as similarities: the comparators of names (rows of `comparators.COMPARATORS`)."""

from __future__ import annotations

import numpy as np

from resolver.compare.context import Context
from resolver.records.prepared import FloatArray

_OMITTED = np.float32(0.2)


def name(context: Context) -> FloatArray:
    """The best supported pair of names: what agrees, as a share of what agrees and what contradicts."""
    found = context.alignment
    total = found["matched"] + found["contradicted"] + _OMITTED * found["omitted"]
    value: FloatArray = np.divide(found["matched"], total, out=np.zeros_like(total), where=total > 0) + total * 0
    return value


def name_rarity(context: Context) -> FloatArray:
    """How rare the names are that agree."""
    value: FloatArray = np.minimum(context.alignment["matched"] / np.float32(30), np.float32(1))
    return value


def name_contradicted(context: Context) -> FloatArray:
    """Parts of the names that contradict each other (1 none)."""
    value: FloatArray = 1 - np.minimum(context.alignment["contradicted"] / np.float32(10), np.float32(1))
    return value


def name_omitted(context: Context) -> FloatArray:
    """Parts of a name that the other leaves out (1 none)."""
    value: FloatArray = 1 - np.minimum(context.alignment["omitted"] / np.float32(20), np.float32(1))
    return value


def name_weakest(context: Context) -> FloatArray:
    """The least similar of the parts that were matched."""
    return context.alignment["weakest"]


def name_primary(context: Context) -> FloatArray:
    """The principal names of both, aliases left aside."""
    value = context.alignment["primary"]
    return np.where(value < 0, np.float32(np.nan), value)


def name_share(context: Context) -> FloatArray:
    """How many of the names of the side with fewer names are supported by the other."""
    return context.alignment["share"]


def name_exact(context: Context) -> FloatArray:
    """A name made of exactly the same words."""
    return context.alignment["exact"]


def name_parts(context: Context) -> FloatArray:
    """How many parts of the names were matched."""
    value: FloatArray = np.minimum(context.alignment["tokens"] / np.float32(6), np.float32(1))
    return value


def name_quality(context: Context) -> FloatArray:
    """Whether the names that agree are principal names, aliases or weak aliases."""
    return 1 - context.alignment["quality"] / np.float32(2)


def name_order(context: Context) -> FloatArray:
    """A given name of the one is a family name of the other (1 no)."""
    found = context.alignment
    crossed = np.divide(
        found["crossed"], found["matched"], out=np.zeros_like(found["matched"]), where=found["matched"] > 0
    )
    value: FloatArray = 1 - np.minimum(crossed, np.float32(1)) + found["matched"] * 0
    return value


def name_established(context: Context) -> FloatArray:
    """Parts that are alike and yet two names of their own, such as Karim and Karima (1 none)."""
    value: FloatArray = 1 - np.minimum(context.alignment["established"] / np.float32(10), np.float32(1))
    return value


def name_initials(context: Context) -> FloatArray:
    """Initials that stand for no part of the other name (1 none, 0 where that has another part in their place)."""
    value = context.alignment["initials"]
    return np.where(value < 0, np.float32(np.nan), value)


_SIDES = np.array([0.0, 0.2, 0.3, 0.6, np.nan], dtype=np.float32)
_MAN, _WOMAN = 1, 2


def name_sides(context: Context) -> FloatArray:
    """Which part of the names contradicts: all, the given name, or only the family name, which women change."""
    found = context.alignment["sides"]
    # what is not known (-1, or no name at all) is the last row
    value: FloatArray = _SIDES[np.nan_to_num(found, nan=-1).astype(np.int64)]
    family = found == 3
    if family.any():
        gender = context.prepared.gender
        said = gender[context.left] | gender[context.right]
        value[family & (said == _MAN)] = 0.4
        value[family & (said == _WOMAN)] = 1.0
    return value


def name_apart(context: Context) -> FloatArray:
    """What the principal names of both say and no name of the other does: branches of one name (1 nothing)."""
    found = context.alignment["apart"]
    value: FloatArray = 1 - np.minimum(found / np.float32(10), np.float32(1))
    return np.where(found < 0, np.float32(np.nan), value)


def names_alone(context: Context) -> FloatArray:
    """The names, where neither record says anything but names."""
    alone = context.names.alone
    both = alone[context.left]
    if both.any():
        both = both & alone[context.right]
    if not both.any():
        return np.full(len(both), np.nan, dtype=np.float32)
    return np.where(both, name(context), np.float32(np.nan))
