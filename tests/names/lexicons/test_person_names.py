"""Names and titles of persons: titles are removed as by `rigour`."""

from __future__ import annotations

from itertools import islice

import pytest
import rigour._core
from rigour.names import remove_person_prefixes

from resolver.names.lexicons.name_roles import name_lines, remove_titles, word_symbols


@pytest.mark.parametrize("title", rigour._core.person_name_prefixes_list())
def test_titles_are_removed_as_by_rigour(title: str) -> None:
    for text in (f"{title} Smith", f"{title.lower()}. {title} Smith", f"({title} Smith", title):
        assert remove_titles(text) == remove_person_prefixes(text)


def test_each_name_has_an_id_and_forms() -> None:
    for name_id, forms in islice(name_lines(), 1_000):
        assert name_id[0] in "QX"
        assert forms
        assert all(forms)


def test_words_have_categories() -> None:
    assert {category for category, _, _ in word_symbols()} == {"NAME", "NICK", "SYMBOL"}
