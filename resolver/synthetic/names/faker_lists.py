"""Name lists of Faker, read from its providers as plain sequences.

Sampling through Faker itself is slow and stateful.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence


def read_names(locale: str, *attributes: str) -> list[str]:
    """Return the distinct names of some lists of a person provider, in its order.

    Lists with weights are sorted by falling frequency.
    """
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    all_names: list[str] = []
    for attribute in attributes:
        all_names += _sort_by_weight(getattr(provider, attribute, ()))
    return list(dict.fromkeys(name for name in all_names if _is_usable(name)))


def combine_lists(common: str, others: Sequence[str], limit: int) -> list[str]:
    """Return the common names (separated by spaces), then a sample of the others.

    Others are taken in steps across their list, so that all initial letters occur.
    """
    common_names = common.split()
    listed = set(common_names)
    rest = [name for name in others if name not in listed]
    free = max(limit - len(common_names), 0)
    if len(rest) > free:
        rest = [rest[at * len(rest) // free] for at in range(free)]
    return common_names + _mix_order(rest)


def extend_names(common: str, locale: str, attribute: str, limit: int) -> list[str]:
    """Return the common names (separated by spaces), then a sample of one list of a provider."""
    return combine_lists(common, read_names(locale, attribute), limit)


def _mix_order(listed: list[str]) -> list[str]:
    """Reorder names, so that an alphabetical list does not make names with A the frequent ones."""
    step = next((step for step in (37, 41, 43, 47) if len(listed) % step), 1)
    return [listed[at * step % len(listed)] for at in range(len(listed))]


def _sort_by_weight(listed: object) -> list[str]:
    if isinstance(listed, Mapping):
        return [str(name) for name, _ in sorted(listed.items(), key=lambda item: -float(item[1]))]
    return [str(name) for name in listed] if isinstance(listed, Sequence) else []


def _is_usable(name: str) -> bool:
    return len(name) < 40 and all(
        ch.isalpha() or ch in " -'’\u093c" or "\u0900" <= ch <= "\u097f" for ch in name
    )
