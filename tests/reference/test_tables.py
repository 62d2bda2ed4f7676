"""The tables are what `python -m benchmarks.reference_tables` writes of the libraries."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from benchmarks import reference_tables
from benchmarks.generator_names import build_generator_names
from resolver.reference import FTM_VERSION, RIGOUR_VERSION, read_person_names, read_table


def test_versions_are_those_of_the_libraries() -> None:
    assert read_table("names")["version"] == read_table("territories")["version"]
    assert read_table("names")["version"] == version("rigour") == RIGOUR_VERSION
    assert read_table("ftm")["version"] == version("followthemoney") == FTM_VERSION


def test_tables_are_up_to_date() -> None:
    assert build_generator_names() == read_table("generator_names")
    texts = reference_tables.read_texts()
    assert reference_tables.build_ftm() == read_table("ftm")
    assert reference_tables.build_names(texts) == read_table("names")
    assert reference_tables.build_territories(texts["territories"]) == read_table("territories")
    assert texts["person_names"].decode("utf-8") == read_person_names()


# The library is asked four questions about each of a million characters.
@pytest.mark.nightly
def test_the_table_of_characters_is_up_to_date() -> None:
    assert reference_tables.build_characters() == read_table("characters")
