"""True groups: names that keep growing with the number of groups."""

from __future__ import annotations

import numpy as np

from resolver.world.name_lexicon import Dice
from resolver.world.persons import culture_tables, make_persons
from resolver.world.true_groups import make_groups


def test_names_keep_growing() -> None:
    persons = make_persons(Dice(1, "owners"), 100)
    groups = make_groups(Dice(1, "groups"), 30_000, persons)
    names = np.stack([groups.head, groups.fancy, groups.stem, groups.core], axis=1)
    few, many = (len(np.unique(names[:count], axis=0)) for count in (3_000, 30_000))
    assert 3 < many / few < 9
    table = culture_tables()
    ranks = (groups.stem - table.start["family"][groups.culture, 0])[groups.stem >= 0]
    is_rare = ranks >= table.size["family"][groups.culture, 0][groups.stem >= 0]
    assert 0.1 < is_rare.mean() < 0.4
