"""Frequency tables: how common a word is, with the records at hand."""

from __future__ import annotations

from resolver.records.prepared.frequencies import FrequencyTables, WordCounts


def test_a_word_gets_commoner_with_the_records_at_hand() -> None:
    shipped = FrequencyTables()
    counted = FrequencyTables(at_hand=WordCounts(10_000, {"mueller": 700}))
    assert counted.rarity("mueller", group=False) < 3.2 < shipped.rarity("mueller", group=False)
    # groups have counts of their own
    assert counted.rarity("mueller", group=True) == shipped.rarity("mueller", group=True)


def test_a_word_of_one_record_is_rarer_in_larger_populations() -> None:
    small, large = (FrequencyTables(at_hand=WordCounts(count, {})) for count in (100, 100_000))
    assert small.rarity("xyzzy", group=False) < large.rarity("xyzzy", group=False)
