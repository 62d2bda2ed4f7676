"""Comparators of names (rows of `comparators.COMPARATORS`), from the alignment of their words."""

from __future__ import annotations

from resolver.comparison.context import Context
from resolver.comparison.name_similarities import gender_graded, name_only_values
from resolver.records.prepared.batch import FloatArray


def name(context: Context) -> FloatArray:
    """The best supported pair of names: what agrees, as a share of what agrees and what contradicts."""
    return context.similarities[0].name


def name_rarity(context: Context) -> FloatArray:
    """How rare the names are that agree."""
    return context.similarities[0].name_rarity


def name_contradicted(context: Context) -> FloatArray:
    """Parts of the names that contradict each other (1 none)."""
    return context.similarities[0].name_contradicted


def name_omitted(context: Context) -> FloatArray:
    """Parts of a name that the other leaves out (1 none)."""
    return context.similarities[0].name_omitted


def name_weakest(context: Context) -> FloatArray:
    """The least similar of the parts that were matched."""
    return context.similarities[0].name_weakest


def name_primary(context: Context) -> FloatArray:
    """The principal names of both, aliases left aside."""
    return context.similarities[0].name_primary


def name_share(context: Context) -> FloatArray:
    """How many of the names of the side with fewer names are supported by the other."""
    return context.similarities[0].name_share


def name_exact(context: Context) -> FloatArray:
    """A name made of exactly the same words."""
    return context.similarities[0].name_exact


def name_parts(context: Context) -> FloatArray:
    """How many parts of the names were matched."""
    return context.similarities[0].name_parts


def name_quality(context: Context) -> FloatArray:
    """Whether the names that agree are principal names, aliases or weak aliases."""
    return context.similarities[0].name_quality


def name_order(context: Context) -> FloatArray:
    """A given name of the one is a family name of the other (1 no)."""
    return context.similarities[0].name_order


def name_established(context: Context) -> FloatArray:
    """Parts that are alike and yet two names of their own, such as Karim and Karima (1 none)."""
    return context.similarities[0].name_established


def name_initials(context: Context) -> FloatArray:
    """Initials that stand for no part of the other name (1 none, 0 where that has another part in their place)."""
    return context.similarities[0].name_initials


def name_sides(context: Context) -> FloatArray:
    """Which part of the names contradicts: all, the given name, or only the family name, which women change."""
    similarities, family_contradictions = context.similarities
    if not family_contradictions:
        return similarities.name_sides
    sides, gender = context.alignments["sides"], context.prepared.gender
    return gender_graded(similarities.name_sides, sides, gender, context.left, context.right)


def name_apart(context: Context) -> FloatArray:
    """What the principal names of both say and no name of the other does: branches of one name (1 nothing)."""
    return context.similarities[0].name_apart


def names_alone(context: Context) -> FloatArray:
    """The names, where neither record says anything but names."""
    return name_only_values(name(context), context.names.name_only, context.left, context.right)
