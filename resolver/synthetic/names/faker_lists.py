"""Name lists of Faker that names are drawn from, out of the table `generator_names`."""

from __future__ import annotations

from collections.abc import Sequence

from resolver.reference.tables import read_table


def read_names(locale: str, *attributes: str) -> list[str]:
    """Return the distinct names of some lists of a locale, in order.

    Lists with weights are sorted by falling frequency. Raises `KeyError` for a list that the table
    lacks.
    """
    lists: dict[str, list[str]] = read_table("generator_names")["lists"][locale]
    return list(dict.fromkeys(name for attribute in attributes for name in lists[attribute]))


def read_japanese_names(attribute: str) -> list[list[str]]:
    """Return Japanese names of a list, each as characters and reading."""
    pairs: list[list[str]] = read_table("generator_names")["readings"][attribute]
    return pairs


def combine_lists(common: Sequence[str], others: Sequence[str], limit: int) -> list[str]:
    """Return the common names, then a sample of the others.

    Others are taken in steps across their list, so that all initial letters occur.
    """
    listed = set(common)
    rest = [name for name in others if name not in listed]
    free = max(limit - len(common), 0)
    if len(rest) > free:
        rest = [rest[at * len(rest) // free] for at in range(free)]
    return [*common, *_mix_order(rest)]


def extend_names(common: Sequence[str], locale: str, attribute: str, limit: int) -> list[str]:
    """Return the common names, then a sample of one list of a provider."""
    return combine_lists(common, read_names(locale, attribute), limit)


def _mix_order(listed: list[str]) -> list[str]:
    """Reorder names, so that an alphabetical list does not make names with A the frequent ones."""
    step = next((step for step in (37, 41, 43, 47) if len(listed) % step), 1)
    return [listed[at * step % len(listed)] for at in range(len(listed))]
