"""Split names of groups and assets into tokens, with flags and symbols of their words.

`tokenize_group` translates generic words to English and flags them, as it flags legal forms, places
and numbers. Words that mean the same share a symbol. `group_readings` gives other readings of a
name that contains a short form or two names. `stem_symbol` connects singular and plural.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from resolver.data import load_pairs, load_words
from resolver.names.folding import HAN, fold, is_vowelless, letters, to_latin
from resolver.names.lexicons.equivalents import find_numbers
from resolver.names.lexicons.group_words import (
    UNSPACED,
    VESSEL,
    city_name,
    english_stem,
    level_spelling,
    mark_faction,
    simplify_romanization,
    stem,
    translate_generic_words,
    word_senses,
)
from resolver.names.lexicons.legal_forms import (
    GENERIC,
    LEGAL_CLASS,
    LOCATION,
    NUMERIC,
    GroupName,
    analyze_group_name,
)
from resolver.names.name_tokens import (
    ARABIC_ARTICLE,
    MAX_TOKENS,
    PARTICLES,
    TA_MARBUTA,
    Token,
    symbol_id,
    unflag_if_all,
)
from resolver.names.scripts.detection import repair_homoglyphs
from resolver.names.scripts.han import japanese_form, readings
from resolver.names.scripts.indic import TRANSLITERATED, transliterate_southeast
from resolver.records.prepared.value_flags import TokenFlag
from resolver.runtime.text_cache import cache_short_texts

_BRACKETED = re.compile(r"\s*+([^()]+)\(\s*+[A-Z][A-Z.\-]{1,9}\s*+\)\s*$")
_BEHIND_DASH = re.compile(r"\s*+(.+?)\s[-\u2013\u2014]\s*+([A-Z]{3,10})\s*$")
_LEADING = re.compile(r"\s*+([A-Z]{3,6})\s+(\S+(?:\s+\S+){2,})$")
_BEFORE_DASH = re.compile(r"\s*+([A-Z]{3,10})\s*+[-\u2013\u2014:]\s+(.+)$")

_LEGAL_WORDS = load_words("legal_forms", use="abbreviation")
"""Abbreviated legal forms that `analyze_group_name` misses in some names."""
_LEGAL_PARTS = load_words("legal_forms", use="word")
"""Words of legal forms that may stand alone, and short forms of predicates such as `royal`."""
_PREPOSITIONS = load_words("titles", use="particle of groups")
"""Particles of further languages, and words before founders, owners and studies."""
_LETTERED_FORMS = frozenset(("ag", "as", "bv", "kk", "nv", "aps"))
"""Legal forms, with their letters in the order of the alphabet.

A name may have these letters as separate words, and in any order.
"""


_DIRECTIONS = frozenset("north south east west northern southern eastern western".split())
"""Words that are generic if all other words of the name are generic (`Western University`)."""
_MIN_REPEATED = 4
"""Minimum number of letters of a word whose repetition is ignored."""
# Plain ints: operations on enumeration members take a microsecond each.
_PARTICLE, _LEGAL, _NUMBER = int(TokenFlag.PARTICLE), int(TokenFlag.LEGAL), int(TokenFlag.NUMBER)
_PLACE, _GENERIC, _FOREIGN = int(TokenFlag.PLACE), int(TokenFlag.GENERIC), int(TokenFlag.FOREIGN)
_NOT_OWN = _GENERIC | _PARTICLE | _LEGAL
_NO_CITY = ~(_PLACE | _FOREIGN)


@cache_short_texts(50_000)
def group_readings(text: str) -> tuple[str, ...]:
    """Return other readings of a group's name: without a short form, or each of two names.

    Examples are `World Health Organization (WHO)`, `WHO - World Health Organization` and `World
    Health Organization / Organisation mondiale de la santé`. Capitals before or after a dash are a
    short form if the rest of the name has the same letters in this order. Capitals at the beginning
    (`ABB Asea Brown Boveri`) are a short form if the letters begin words of the name.
    """
    if match := _BRACKETED.match(text):
        ways = [match[1]]
    elif match := _BEHIND_DASH.match(text):
        ways = [match[1]] if _is_short_form(match[2], match[1]) else []
    elif match := _BEFORE_DASH.match(text):
        ways = [match[2]] if _is_short_form(match[1], match[2]) else []
    elif (match := _LEADING.match(text)) and _begin_words(match[1], match[2]):
        ways = [match[2]]
    else:
        ways = text.split(" / ") if text.count(" / ") == 1 else []
    # A text of a single word is a part of the name, as in `Norvelt / Malta`.
    return tuple(map(str.strip, ways)) if all(" " in way.strip() for way in ways) else ()


def _is_short_form(short: str, text: str) -> bool:
    """Return whether a name begins with the first letter of a short form and has its other letters
    later, in order.
    """
    rest, capitals = iter(fold(text).replace(" ", "")), short.lower()
    return next(rest, "") == capitals[0] and all(letter in rest for letter in capitals[1:])


def _begin_words(short: str, text: str) -> bool:
    """Return whether capitals are initials of a name in order, beginning with its first word."""
    initials = iter([word[0] for word in fold(text).split()])
    return next(initials, "") == short[0].lower() and all(
        letter in initials for letter in short[1:].lower()
    )


def _analyze(text: str) -> GroupName | None:
    """Return the analysis of a group's name after leveling; None if it has no words."""
    text = level_spelling(repair_homoglyphs(text))
    text = transliterate_southeast(text) if TRANSLITERATED.search(text) else text
    return analyze_group_name(mark_faction(translate_generic_words(text)))


def tokenize_group(text: str) -> list[Token]:
    """Return the tokens of the name of a group or an asset, at most `MAX_TOKENS`."""
    name = _analyze(text)
    if name is None:
        return [Token(word) for word in fold(level_spelling(text)).split()[:MAX_TOKENS]]
    symbols, flags = _word_symbols(name)
    numbers = find_numbers(name)
    tokens, is_ship = [], VESSEL.match(text) is not None
    for index, word in enumerate(name.words[:MAX_TOKENS]):
        number = numbers.get(index)
        # A word that is a number gets no other flags, although II is also a legal form. An empty
        # number means that the word belongs to the number of another word.
        if number is None:
            word_flags = flags.get(index, 0) | _word_flag(name, index)
            tokens.append(_group_token(word, tuple(symbols.get(index, ())), word_flags))
        elif number:
            tokens.append(_number_token(word, number, is_ship=is_ship))
    if HAN.search(text):
        tokens = [_with_senses(token) for token in tokens]
    tokens = _flag_directions(_flag_legal_letters(_flag_repeated(tokens)))
    return _unflag_single(unflag_if_all(tokens))


def _flag_repeated(tokens: list[Token]) -> list[Token]:
    """Flag a proper name as a particle if the word before it is the same word.

    Registers repeat a firm's name if it is also the name of a town (`Norvelt Norvelt BV`).
    """
    return [
        replace(token, flags=_PARTICLE)
        if token == before and token.flags == 0 and len(token.text) >= _MIN_REPEATED
        else token
        for before, token in zip([None, *tokens], tokens, strict=False)
    ]


def _flag_directions(tokens: list[Token]) -> list[Token]:
    """Flag directions as generic if all other words of the name are generic."""
    if _DIRECTIONS.isdisjoint([token.text for token in tokens]):
        return tokens
    others = [token for token in tokens if token.text not in _DIRECTIONS]
    if not others or not all(token.flags & _NOT_OWN for token in others):
        return tokens
    return [
        replace(token, flags=token.flags | _GENERIC) if token.text in _DIRECTIONS else token
        for token in tokens
    ]


def _unflag_single(tokens: list[Token]) -> list[Token]:
    """Remove flags from the only word of a name.

    A name of one word is neither a particle nor a legal form (`CPA`, `AN`). If particles stand
    beside the only word, this word is not generic, since it is the whole name (`Al-Qaida`).
    """
    names = [token for token in tokens if not token.flags & _PARTICLE] or tokens
    if len(names) != 1:
        return tokens
    mask = ~(_PARTICLE | _LEGAL | _GENERIC) if len(tokens) == 1 else ~_GENERIC
    return [
        replace(token, flags=token.flags & mask) if token is names[0] else token for token in tokens
    ]


def _number_token(form: str, number: str, *, is_ship: bool) -> Token:
    """Return the token of a number in a group's or ship's name.

    A single V may also be the rest of a legal form (`B. V.`, `e. V.`).
    """
    doubt = _LEGAL if letters(form) == "v" and not is_ship else 0
    symbol = symbol_id(NUMERIC, number)
    return Token(number, _NUMBER | doubt, (symbol,))


def _flag_legal_letters(tokens: list[Token]) -> list[Token]:
    """Flag legal forms that `analyze_group_name` does not recognize.

    There are three cases: an abbreviation at either end of the name; single letters that together
    make a legal form, in any order, because registers sort the words of a name; and a V that is the
    only single letter, because it is the rest of a legal form (`B. V.`, `N. V.`).
    """
    if len(tokens) < 2:
        return tokens
    single = [_written_letter(token) for token in tokens]
    if not any(single) and _LEGAL_WORDS.isdisjoint((tokens[0].text, tokens[-1].text)):
        return tokens
    single_letters = sum(len(token.text) == 1 for token in tokens)
    ends = {0, len(tokens) - 1}
    is_lettered = len(tokens) > single_letters and "".join(sorted(single)) in _LETTERED_FORMS
    return [
        replace(token, flags=token.flags | _LEGAL)
        if (index in ends and token.text in _LEGAL_WORDS)
        or (single_letters == 1 and token.text == "v")
        or (is_lettered and single[index])
        else token
        for index, token in enumerate(tokens)
    ]


def _written_letter(token: Token) -> str:
    """Return the single letter of a token, even if it was read as a numeral; else an empty text."""
    if token.flags & _NUMBER:
        return "v" if token.flags & _LEGAL else ""
    return token.text if len(token.text) == 1 else ""


def _word_symbols(name: GroupName) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Return the symbols and the flags of words of a name, by the position of the word."""
    symbols: dict[int, list[int]] = {}
    flags: dict[int, int] = {}
    for span in name.spans:
        if span.category == NUMERIC:
            continue
        for index in span.places:
            symbols.setdefault(index, []).append(symbol_id(span.category, span.id))
            flags[index] = flags.get(index, 0) | _symbol_flag(span.category)
    return symbols, flags


@cache_short_texts(50_000)
def _group_token(form: str, symbols: tuple[int, ...], flags: int) -> Token:
    """Return the token of a word that is not a number."""
    word, surface = letters(form) or to_latin(form), ""
    if word in _PREPOSITIONS:
        return Token(word, _PARTICLE)
    if word in _LEGAL_PARTS:
        return Token(word, _LEGAL)
    if UNSPACED.search(form) and not symbols:
        return _unspaced_token(form, flags)
    if is_vowelless(form) and not symbols:
        word = letters(ARABIC_ARTICLE.sub("", TA_MARBUTA.sub("\u0627", form)))
        surface, flags = form, flags | _FOREIGN
    emblems, english = _emblems()
    thing = emblems.get(word) or emblems.get(simplify_romanization(word), "")
    thing = thing or (word if word in english else "")
    if thing:
        symbols = (*symbols, symbol_id("THING", thing))
    # The library `rigour` knows only some spellings of some places. The symbol of this project
    # connects all spellings.
    city = "" if flags & _NO_CITY else city_name(word)
    if city:
        symbols, flags = (*symbols, symbol_id("CITY", city)), flags | _PLACE
    if word in PARTICLES:
        flags |= _PARTICLE
    return Token(word, flags, tuple(sorted(set(symbols))), surface)


@cache
def _emblems() -> tuple[dict[str, str], frozenset[str]]:
    """Return a mapping from a word for a virtue, animal, color or thing to its English word, and
    all English words.

    The words are not translated, because many are also names of persons. They share a symbol with
    the English word.
    """
    emblems = load_pairs("emblems")
    return emblems, frozenset(emblems.values())


def stem_symbol(token: Token) -> int:
    """Return the symbol that a word of a group's name shares with its plural.

    Short words and words of other scripts get 0.
    """
    singular = stem(token.text)
    return symbol_id("STEM", singular) if len(singular) > 3 and not token.flags & _FOREIGN else 0


@cache
def _sense_symbols() -> dict[str, tuple[int, ...]]:
    """Return a mapping from the usual English word for a word in Han to the symbols of its other
    English words.
    """
    senses: dict[str, set[str]] = {}
    for usual, *others in word_senses().values():
        senses.setdefault(english_stem(usual), set()).update(map(english_stem, others))
    return {
        usual: tuple(symbol_id("STEM", other) for other in sorted(others) if len(other) > 3)
        for usual, others in senses.items()
    }


def _with_senses(token: Token) -> Token:
    """Add the symbols of the other English words that a word in Han may stand for."""
    others = _sense_symbols().get(stem(token.text), ())
    return replace(token, symbols=tuple(sorted({*token.symbols, *others}))) if others else token


def _unspaced_token(form: str, flags: int) -> Token:
    """Return the token of a proper name in Han, kana or Hangul, with symbols of its readings."""
    ways = {letters(way) for way in readings(japanese_form(form))} if HAN.search(form) else set()
    symbols = sorted(symbol_id("STEM", way) for way in ways if len(way) > 3)
    return Token(letters(form), flags | _FOREIGN, tuple(symbols), form)


def _symbol_flag(category: str) -> int:
    if category == LOCATION:
        return _PLACE
    if category == LEGAL_CLASS:
        return _LEGAL
    return _GENERIC if category in GENERIC else 0


def _word_flag(name: GroupName, place: int) -> int:
    if place in name.legal:
        return _LEGAL
    return _PARTICLE if place in name.stop else 0
