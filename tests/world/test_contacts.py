"""Contacts of invented people and groups: mostly their own, some shared."""

from __future__ import annotations

from collections import Counter

import numpy as np

from resolver.world.document_numbers import Contacts, make_group_contacts
from resolver.world.name_lexicon import Dice, format_numbers

COUNT = 4_000


def contacts(seed: int = 1) -> Contacts:
    rows = np.arange(COUNT)
    # 2k and 2k + 1 are branches of one another
    partners = rows ^ 1
    countries = np.zeros(COUNT, dtype=np.int64)
    return make_group_contacts(Dice(seed, "test"), format_numbers(rows + 100), countries, partners)


def test_most_contacts_are_their_own_and_agents_have_several_clients() -> None:
    counts = Counter(contacts().phone.to_pylist())
    unshared = sum(count == 1 for count in counts.values())
    assert unshared > 0.55 * COUNT
    assert max(counts.values()) >= 8


def test_branches_share_some_contacts() -> None:
    phone = contacts().phone.to_pylist()
    shared = sum(phone[row] == phone[row + 1] for row in range(0, COUNT, 2)) / (COUNT / 2)
    assert 0.2 < shared < 0.4


def test_records_state_either_number_of_an_entity() -> None:
    drawn = contacts()
    rows = np.repeat(np.arange(10), 200)
    stated = drawn.phones(Dice(1, "view"), rows).to_pylist()
    for row in range(10):
        own = {drawn.phone[row].as_py(), drawn.other_phone[row].as_py()}
        assert set(stated[200 * row : 200 * row + 200]) == own


def test_same_seed_same_contacts() -> None:
    assert contacts().email.equals(contacts().email)
    assert not contacts().email.equals(contacts(2).email)
