"""Tokens of names of groups and assets, with the symbols that `rigour` finds in them."""

from __future__ import annotations

import re

from rigour.names import (
    Name,
    NamePartTag,
    NameTypeTag,
    SymbolCategory,
    analyze_names,
)

from resolver.normalize.folding import (
    fold,
    is_vowelless,
    letters,
    to_latin,
)
from resolver.normalize.group_lexicons.cities import city_name
from resolver.normalize.group_lexicons.group_words import translate_generic_words
from resolver.normalize.group_lexicons.movement_words import THINGS
from resolver.normalize.lexicons.numerals import find_numbers
from resolver.normalize.name_tokens import (
    ARABIC_ARTICLE,
    MAX_TOKENS,
    TA_MARBUTA,
    Token,
    find_particle,
    symbol_id,
    unflag_if_all,
)
from resolver.normalize.scripts.homoglyphs import repair_homoglyphs
from resolver.normalize.scripts.southeast_asian import TRANSLITERATED, transliterate_southeast
from resolver.records.prepared.value_flags import FACTION, TokenFlag

_BRACKETED = re.compile(r"\s*+([^()]+)\(\s*+[A-Z][A-Z.\-]{1,9}\s*+\)\s*$")


_ARMED = frozenset(
    """army front movement party forces cartel brigade brigades battalion militia liberation
    resistance people revolutionary gang clan tribe fighters rebels guerrilla""".split()
)
"""Words (English) of armed and political groups, whose parts are named after a dash."""
_DASH = re.compile(r"\s[-\u2013\u2014]\s+|\s+[-\u2013\u2014]\s")
_MAX_PART_WORDS = 2
_SHORT_FORM = re.compile(r"[A-Z][A-Z.\-/]+$")


_PLURAL = re.compile("(?:(ie)|(?<=[^su]))s$")


_ENGLISH_THINGS = frozenset(THINGS.values())
_GENERIC = frozenset((SymbolCategory.DOMAIN, SymbolCategory.SYMBOL))


def without_acronym(text: str) -> tuple[str, ...]:
    """Return a group's name without its short form in brackets, else nothing.

    `World Health Organization (WHO)` is an example.
    """
    match = _BRACKETED.match(text)
    return (match[1].strip(),) if match and len(match[1].split()) > 1 else ()


def tokenize_group(text: str) -> list[Token]:
    """Return the tokens of a group's or asset's name, perhaps none.

    Legal forms, numbers, places and generic words are flagged.
    """
    text = repair_homoglyphs(text)
    text = transliterate_southeast(text) if TRANSLITERATED.search(text) else text
    analyses = analyze_names(
        NameTypeTag.ORG,
        [_mark_faction(translate_generic_words(text))],
        phonetics=False,
        consolidate=False,
    )
    if not analyses:
        return [Token(word) for word in fold(text).split()[:MAX_TOKENS]]
    name = min(analyses, key=lambda item: item.form)
    symbols, flags = _part_symbols(name)
    numbers = find_numbers(name)
    tokens = []
    for part in name.parts[:MAX_TOKENS]:
        number = numbers.get(part.index)
        # A number is nothing else besides (`rigour` takes II for a legal form); an empty one is
        # part of another number.
        if number is None:
            part_flags = flags.get(part.index, 0) | _tag_flag(part.tag)
            tokens.append(_group_token(part.form, symbols.get(part.index, []), part_flags))
        elif number:
            symbol = symbol_id(SymbolCategory.NUMERIC.value, number)
            tokens.append(Token(number, TokenFlag.NUMBER, (symbol,)))
    return unflag_if_all(tokens)


def _mark_faction(text: str) -> str:
    """Return a translated name with the word `faction` where it names a part of an armed group.

    `Liberation Army - Minni Minawi` and `LA - K` are parts, `Liberation Army - LA` and
    `LA - Liberation Army of the North` give a short form.
    """
    *whole, part = _DASH.split(text)
    words = fold(text).split()
    if not whole or FACTION in words:
        return text
    if _SHORT_FORM.match(whole[0]):
        is_part = len(part.split()) <= _MAX_PART_WORDS
    else:
        is_part = not _SHORT_FORM.match(part) and not _ARMED.isdisjoint(words)
    return f"{text} {FACTION}" if is_part else text


def _part_symbols(name: Name) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Return the symbols of each part of a name, and the flags that follow from them."""
    symbols: dict[int, list[int]] = {}
    flags: dict[int, int] = {}
    for span in name.spans:
        category = span.symbol.category
        if category == SymbolCategory.NUMERIC:
            continue
        for part in span.parts:
            symbols.setdefault(part.index, []).append(symbol_id(category.value, span.symbol.id))
            flags[part.index] = flags.get(part.index, 0) | _symbol_flag(category)
    return symbols, flags


def _group_token(form: str, symbols: list[int], flags: int) -> Token:
    """Return the token of a part of a group's name that is no number."""
    word, surface = letters(form) or to_latin(form), ""
    if is_vowelless(form) and not symbols:
        word = letters(ARABIC_ARTICLE.sub("", TA_MARBUTA.sub("\u0627", form)))
        surface, flags = form, flags | TokenFlag.FOREIGN
    thing = THINGS.get(word) or (word if word in _ENGLISH_THINGS else "")
    if thing:
        symbols = [*symbols, symbol_id("THING", thing)]
    city = "" if symbols or flags else city_name(word)
    if city:
        symbols, flags = [symbol_id("CITY", city)], flags | TokenFlag.PLACE
    return Token(word, flags | find_particle(word), tuple(sorted(set(symbols))), surface)


def stem_symbol(token: Token) -> int:
    """Return the symbol that a word of a group's name shares with its plural.

    Short words and words of other scripts get 0.
    """
    singular = _PLURAL.sub(lambda match: "y" if match[1] else "", token.text)
    return (
        symbol_id("STEM", singular)
        if len(singular) > 3 and not token.flags & TokenFlag.FOREIGN
        else 0
    )


def _symbol_flag(category: SymbolCategory) -> int:
    if category == SymbolCategory.LOCATION:
        return TokenFlag.PLACE
    if category == SymbolCategory.ORG_CLASS:
        return TokenFlag.LEGAL
    return TokenFlag.GENERIC if category in _GENERIC else 0


def _tag_flag(tag: NamePartTag) -> int:
    if tag == NamePartTag.LEGAL:
        return TokenFlag.LEGAL
    return TokenFlag.PARTICLE if tag == NamePartTag.STOP else 0
