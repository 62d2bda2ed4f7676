"""Countries that programs of sanctions are about, from their names and codes."""

from __future__ import annotations

import re

from resolver.normalize.values import country_code, current_country
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.reference.territories import find_territory

_WORD = re.compile(r"[^\W\d_]+")
_ALPHA3, _MAX_WORDS = 3, 6
_CYBERSPACE = "ip"
_AUTHORITIES = frozenset("eu us un uk gb ch ca au nz jp".split())
"""First words of codes that say whose program it is: `EU-SYR`."""
_CODES = {
    **dict.fromkeys(("ifsr", "ifca", "irgc"), "ir"),
    **dict.fromkeys(("darfur", "sdnz"), "sd"),
    **dict.fromkeys(("magnit", "rusda"), "ru"),
    **dict.fromkeys(("drc", "drcongo"), "cd"),
    "car": "cf",
    "southsudan": "ss",
    "taliban": "af",
}
"""Words of the codes of authorities, without digits, that name no country as texts do."""


@cache_short_texts(10_000)
def program_country(text: str) -> str:
    """Return the code of the one country that a program is about; empty for none or several.

    It is named by a word or by several (`SYRIA-EO13894`, `South Sudan`), by a code of three
    letters (`EU-PRK`) or by a code of an authority (`IFSR`).
    """
    words = _WORD.findall(text)
    if len(words) > 1 and words[0].lower() in _AUTHORITIES:
        words = words[1:]
    countries, start = set(), 0
    while start < len(words):
        code, count = _first_country(words[start : start + _MAX_WORDS])
        countries.add(code)
        start += count
    countries.discard("")
    return countries.pop() if len(countries) == 1 else ""


def _first_country(words: list[str]) -> tuple[str, int]:
    """Return the country that a text begins with and how many words name it; none is `""`, 1."""
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        code = _CODES.get(name.lower(), "") if count == 1 else ""
        code = code or _named_country(name)
        if code:
            return code, count
    return "", 1


def _named_country(name: str) -> str:
    """Return the code of the state that a text names; of short codes only those of ISO 3166 do."""
    territory = find_territory(country_code(name)) if len(name) >= _ALPHA3 else None
    if territory is None or not territory.alpha3 or territory.code == _CYBERSPACE:
        return ""
    if len(name) == _ALPHA3 and name != territory.alpha3.upper():
        return ""
    return current_country(territory.code)
