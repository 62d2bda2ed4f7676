"""Territories: countries, their parts, and former states, by code and by name in any language."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from resolver.reference.characters import fold_to_ascii, is_alphabetic
from resolver.reference.tables import read_table

_LEFT_OUT = frozenset(".()[],;:_-/ʻ'’")
_HAN = re.compile("[\u4e00-\u9fff]{2,}")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\ufeff\u00ad\u2060-\u2064]")
_SPACES = re.compile(r"[\s\u2028\u2000-\u200a\u2029\u0a00\u1680\u202f\u205f\u3000]+")


@dataclass(frozen=True, slots=True)
class Territory:
    """Country, part of one, or former state. Codes are in lower case, such as `ru` or `us-nd`.

    `successors`: codes of the states that a former one became. `places`: cities and regions whose
    name stands for the territory where a country is asked for.
    """

    code: str
    name: str
    full_name: str
    alpha3: str = ""
    parent: str = ""
    is_ftm: bool = False
    is_historical: bool = False
    successors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def find_territory(code: str) -> Territory | None:
    """Return the territory of a code of any standard, except those of Wikidata."""
    return _by_code().get(_clean_code(code))


def find_by_identifier(code: str) -> Territory | None:
    """Return the territory of a code of any standard, those of Wikidata included."""
    return _by_identifier().get(_clean_code(code))


def lookup_territory(text: str) -> Territory | None:
    """Return the territory of a code or name; None if there is none."""
    territory = find_by_identifier(text)
    if territory is None:
        code = read_table("territories")["names"].get(lookup_form(text))
        territory = None if code is None else _by_code()[code]
    return territory


def territory_code(text: str) -> str:
    """Return the code of a territory by its name or a code; empty if there is none."""
    territory = lookup_territory(text)
    return "" if territory is None else territory.code


def territory_name(code: str) -> str:
    """Return the English name of the territory of a code; empty if there is none."""
    territory = find_territory(code)
    return "" if territory is None else territory.name


def all_territories() -> tuple[Territory, ...]:
    """Return all territories, each once, ordered by code."""
    return tuple(sorted(set(_by_code().values()), key=lambda territory: territory.code))


def ftm_country(territory: Territory) -> str:
    """Return the country of a territory as FollowTheMoney names it; empty if it has none."""
    while not territory.is_ftm:
        if not territory.parent:
            return ""
        territory = _by_code()[territory.parent]
    return territory.code


def han_territories() -> dict[str, str]:
    """Return the territories named in Chinese characters alone → their English names."""
    return {
        name: _by_code()[code].name.lower()
        for name, code in read_table("territories")["names"].items()
        if _HAN.fullmatch(name)
    }


def _clean_code(code: str) -> str:
    return code.lower().replace("_", "-").strip()


def lookup_form(name: str) -> str:
    """Return the form in which names are compared: folded, in ASCII letters where they have one."""
    form = fold_to_ascii(name) if is_alphabetic(name) else name
    letters = [
        letter if _is_part(letter) else " "
        for letter in unicodedata.normalize("NFKC", form).casefold()
        if letter not in _LEFT_OUT
    ]
    return _SPACES.sub(" ", _INVISIBLE.sub("", "".join(letters))).strip(" ")


def _is_part(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


@cache
def _by_code() -> dict[str, Territory]:
    facts: list[dict[str, Any]] = read_table("territories")["territories"]
    territories = {item["code"]: _read_territory(item) for item in facts}
    for item in facts:
        codes = [*item.get("other_codes", ()), item.get("alpha3")]
        territories |= {code: territories[item["code"]] for code in codes if code}
    return territories


def _read_territory(item: dict[str, Any]) -> Territory:
    return Territory(
        code=item["code"],
        name=item["name"],
        full_name=item["full_name"],
        alpha3=item.get("alpha3", ""),
        parent=item.get("parent", ""),
        is_ftm=item.get("is_ftm", False),
        is_historical=item.get("is_historical", False),
        successors=tuple(item.get("successors", ())),
        places=tuple(item.get("places", ())),
    )


@cache
def _by_identifier() -> dict[str, Territory]:
    territories: dict[str, Territory] = {}
    by_code = _by_code()
    for item in read_table("territories")["territories"]:
        qids = [item["qid"], *item.get("other_qids", ())]
        codes = [item.get("alpha3"), *item.get("other_codes", ()), *map(_clean_code, qids)]
        territory = by_code[item["code"]]
        territories |= {code: territory for code in (territory.code, *codes) if code}
    return territories
