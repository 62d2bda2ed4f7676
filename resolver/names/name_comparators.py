"""Comparators of names (rows of `comparators.COMPARATORS`), from the alignment of their words."""

from __future__ import annotations

from resolver.names.context import Context, gender_graded, name_only_values
from resolver.records.prepared.batch import FloatArray


def name(context: Context) -> FloatArray:
    """Best supported pair of names: share of what agrees in what agrees and what contradicts."""
    return context.similarities[0].name


def name_rarity(context: Context) -> FloatArray:
    """Rarity of the names that agree."""
    return context.similarities[0].name_rarity


def name_contradicted(context: Context) -> FloatArray:
    """Parts of the names that contradict each other (1 none)."""
    return context.similarities[0].name_contradicted


def name_omitted(context: Context) -> FloatArray:
    """Parts of a name that the other leaves out (1 none)."""
    return context.similarities[0].name_omitted


def name_weakest(context: Context) -> FloatArray:
    """Similarity of the weakest matched part."""
    return context.similarities[0].name_weakest


def name_primary(context: Context) -> FloatArray:
    """Principal names of both sides, without aliases."""
    return context.similarities[0].name_primary


def name_share(context: Context) -> FloatArray:
    """Share of the names of the side with fewer names that the other side supports."""
    return context.similarities[0].name_share


def name_exact(context: Context) -> FloatArray:
    """Names made of exactly the same words."""
    return context.similarities[0].name_exact


def name_parts(context: Context) -> FloatArray:
    """Number of name parts that were matched."""
    return context.similarities[0].name_parts


def name_quality(context: Context) -> FloatArray:
    """Quality of the names that agree: principal names, aliases or weak aliases."""
    return context.similarities[0].name_quality


def name_order(context: Context) -> FloatArray:
    """Own given name of one side that is a family or forebear's name of the other (1: none)."""
    return context.similarities[0].name_order


def name_established(context: Context) -> FloatArray:
    """Parts that are two established names, alike (Karim, Karima) or in one place (1: none)."""
    return context.similarities[0].name_established


def name_initials(context: Context) -> FloatArray:
    """Initials without a part in the other name (1: none; 0: another part is in their place)."""
    return context.similarities[0].name_initials


def name_sides(context: Context) -> FloatArray:
    """Part of the names that contradicts: all, the given name, or only the family name."""
    similarities, family_contradictions = context.similarities
    if not family_contradictions:
        return similarities.name_sides
    sides, gender = context.alignments["sides"], context.prepared.gender
    return gender_graded(similarities.name_sides, sides, gender, context.left, context.right)


def name_apart(context: Context) -> FloatArray:
    """Words of both principal names that the other side's names lack, as in branches (1: none)."""
    return context.similarities[0].name_apart


def names_only(context: Context) -> FloatArray:
    """Names of two records that state nothing but names."""
    return name_only_values(name(context), context.names.name_only, context.left, context.right)
