"""What the pages call things."""

from __future__ import annotations

import pytest

from resolver.api.desk.support import text_filters
from resolver.comparison import COMPARATOR_BY_NAME


@pytest.mark.parametrize("name", [name for name in COMPARATOR_BY_NAME if name.startswith("name")])
def test_each_comparator_of_names_is_called_something(name: str) -> None:
    assert text_filters.evidence(name) != name.replace("_", " ")


def test_evidence_of_two_comparators_names_both() -> None:
    assert text_filters.evidence("name_rarity × birth_date") == "rarity of the name × birth date"
