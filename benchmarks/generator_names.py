"""Lists of names that the generator draws from, out of Faker: a table of `reference_tables`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any

_LOCALES = tuple(
    """
    de_AT de_DE el_GR en_PK en_US es_CO es_MX fr_DZ fr_FR ha_NG hi_IN hr_HR hy_AM ig_NG ka_GE ko_KR
    ru_RU tr_TR tw_GH uk_UA yo_NG zh_CN zh_TW
""".split()
)
_NAME_LISTS = ("first_names_female", "first_names_male", "last_names", "last_names_male")
_JAPANESE_LISTS = ("first_name_female_pairs", "first_name_male_pairs", "last_name_pairs")


def build_generator_names() -> dict[str, Any]:
    """Return the lists of names that the generator reads, by locale and attribute of Faker.

    Lists with weights are sorted by falling frequency.
    """
    lists = {
        locale: {
            attribute: [name for name in names if _is_usable(name)]
            for attribute in _NAME_LISTS
            if (names := _sort_by_weight(getattr(_person_provider(locale), attribute, ())))
        }
        for locale in _LOCALES
    }
    japanese = _person_provider("ja_JP")
    readings = {
        attribute: [list(pair[:2]) for pair in getattr(japanese, attribute)]
        for attribute in _JAPANESE_LISTS
    }
    return {"version": version("faker"), "lists": lists, "readings": readings}


def _person_provider(locale: str) -> Any:
    return import_module(f"faker.providers.person.{locale}").Provider


def _sort_by_weight(listed: object) -> list[str]:
    if isinstance(listed, Mapping):
        return [str(name) for name, _ in sorted(listed.items(), key=lambda item: -float(item[1]))]
    return [str(name) for name in listed] if isinstance(listed, Sequence) else []


def _is_usable(name: str) -> bool:
    return len(name) < 40 and all(
        ch.isalpha() or ch in " -'’\u093c" or "\u0900" <= ch <= "\u097f" for ch in name
    )
