"""Oracle of the similarity of words of two scripts: every way to write one, from the table."""

from __future__ import annotations

import re
from functools import cache

from resolver.data import FOLDER
from resolver.records.prepared.value_flags import Script


def written_similarity(symbols: list[tuple[Script, str]], text: str) -> float:
    """Return the similarity of a Latin word and of symbols of another script."""
    latin = "".join(letter for letter in text if "a" <= letter <= "z")
    if not symbols or not latin:
        return 0.0
    cost = {(0, 0): 0.0}
    for row in range(len(symbols) + 1):
        for end in range(len(latin) + 1):
            if row == end == 0:
                continue
            ways = []
            for size in range(min(3, end) + 1) if row else ():
                written = _symbol_cost(symbols[row - 1], latin[end - size : end])
                ways.append(cost[row - 1, end - size] + written)
            if end:
                script = symbols[max(row - 1, 0)][0]
                ways.append(cost[row, end - 1] + _added_cost(script, latin[end - 1]))
            cost[row, end] = min(ways)
    surprise = sum(_costs()["letters", ""][letter] for letter in latin)
    whole = cost[len(symbols), len(latin)]
    if _is_listed(symbols[0], Script.HANGUL) and surprise - whole < min(110, surprise / 2):
        return 0.0
    is_short = _is_listed(symbols[0], Script.HEBREW) and len(symbols) <= 3
    if is_short and _count_consonants(latin) > len(symbols):
        return 0.0
    loss = (whole + 32) / surprise
    return max(0.0, min(1.0, 1.137 - 0.55 * loss))


def _count_consonants(latin: str) -> int:
    single = r"[aeiouyhw]|(?<=(.))\1|[dpstxz]$|(?<=t)[szc]|(?<=d)[jg]|(?<=c)[kq]|(?<=s)c"
    return len(latin) - len(re.findall(single, latin))


def _symbol_cost(symbol: tuple[Script, str], gram: str) -> float:
    script, text = symbol
    listed = _costs().get((script.name.lower(), text), {}).get(gram or "-", 1e9)
    other = {0: 160, 1: 192}
    if _is_listed(symbol, Script.HANGUL) and not set(text) & set("aeiou"):
        other = {0: 256, 1: 192 if gram in "aeiou" else 384}
    return min(listed, other.get(len(gram), 1e9))


def _is_listed(symbol: tuple[Script, str], script: Script) -> bool:
    """Return whether a symbol is of a script, and among those whose costs were learned."""
    return symbol[0] == script and (script.name.lower(), symbol[1]) in _costs()


def _added_cost(script: Script, letter: str) -> float:
    return min(_costs()[script.name.lower(), "+"][letter], 192)


@cache
def _costs() -> dict[tuple[str, str], dict[str, int]]:
    table = FOLDER / "letter_costs.txt"
    costs: dict[tuple[str, str], dict[str, int]] = {}
    for line in table.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        names = [word for word in line.split() if ":" not in word]
        pairs = [word.rpartition(":") for word in line.split() if ":" in word]
        costs[names[0], "".join(names[1:])] = {gram: int(cost) for gram, _, cost in pairs}
    return costs
