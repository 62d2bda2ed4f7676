"""Faker's name lists, read from its providers as plain sequences: no sampling through Faker, which is slow and
stateful."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence


def names(locale: str, *attributes: str) -> list[str]:
    """The names in the given lists of a person provider, most frequent first where it has weights, each once, in its
    order."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    found: list[str] = []
    for attribute in attributes:
        found += _ordered(getattr(provider, attribute, ()))
    return list(dict.fromkeys(name for name in found if _usable(name)))


def first_then(common: str, others: Sequence[str], limit: int) -> list[str]:
    """The common names (separated by spaces), then the others in steps across their list, so that all letters are
    there."""
    head = common.split()
    known = set(head)
    rest = [name for name in others if name not in known]
    room = max(limit - len(head), 0)
    if len(rest) > room:
        rest = [rest[at * len(rest) // room] for at in range(room)]
    return head + _mixed(rest)


def _mixed(listed: list[str]) -> list[str]:
    """The same in another order: alphabetical lists would make names with A the frequent ones."""
    step = next((step for step in (37, 41, 43, 47) if len(listed) % step), 1)
    return [listed[at * step % len(listed)] for at in range(len(listed))]


def _ordered(listed: object) -> list[str]:
    if isinstance(listed, Mapping):
        return [str(name) for name, _ in sorted(listed.items(), key=lambda item: -float(item[1]))]
    return [str(name) for name in listed] if isinstance(listed, Sequence) else []


def _usable(name: str) -> bool:
    return len(name) < 40 and all(
        ch.isalpha() or ch in " -'’\u093c" or "\u0900" <= ch <= "\u097f" for ch in name
    )
