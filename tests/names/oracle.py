"""Oracle of name alignment: the rules step by step, for one name and one word at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import OSA, JaroWinkler

from resolver.names.folding import skeleton_code, sound_code
from resolver.names.scripts.sounds import split_symbols
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.value_flags import (
    NICKNAME_BIT,
    SCRIPT_SHIFT,
    Lineage,
    Role,
    Script,
    TokenFlag,
)
from tests.names.writing_oracle import written_similarity

FLOOR = 0.62
OMITTED = 0.2


@dataclass(frozen=True)
class Word:
    """Token of a name, with its role there."""

    text: str
    flags: int
    rarity: float
    hash: int
    metaphone: int
    bones: int
    symbols: frozenset[int]
    role: Role
    lineage: Lineage
    sound: int = 0
    least_rarity: float = 0.0

    @property
    def script(self) -> Script:
        script = Script(self.flags >> SCRIPT_SHIFT)
        return Script.LATIN if script == Script.OTHER else script


@dataclass(frozen=True)
class Aligned:
    """Alignment of two names; all but `tokens` and `weakest` in nats."""

    matched: float
    contradicted: float
    omitted: float
    weakest: float
    tokens: int
    crossed: float
    established: float
    initials: float
    sides: float

    @property
    def ratio(self) -> float:
        total = self.matched + self.contradicted + OMITTED * self.omitted
        return self.matched / total if total > 0 else 0.0

    def support(self, quality: int) -> float:
        return self.matched - self.contradicted - OMITTED * self.omitted - 0.5 * quality


def words_of(prepared: PreparedBatch, form: int, *, group: bool = False) -> list[Word]:
    """Return the words of a name form."""
    tokens, forms = prepared.tokens, prepared.forms
    rarity = tokens.rarity_group if group else tokens.rarity_person
    places = range(forms.tokens.offsets[form], forms.tokens.offsets[form + 1])
    return [
        Word(
            str(tokens.texts[code]),
            int(tokens.flags[code]),
            float(rarity[code]),
            int(tokens.hashes[code]),
            int(tokens.phonetic[code]),
            int(tokens.skeleton[code]),
            frozenset(tokens.symbols[code].tolist()),
            Role(int(forms.roles[place]) & 7),
            Lineage(int(forms.roles[place]) & ~7),
            int(tokens.sound[code]),
            min(float(tokens.rarity_person[code]), float(tokens.rarity_group[code])),
        )
        for place, code in ((place, int(forms.tokens.items[place])) for place in places)
    ]


def similarity(left: Word, right: Word) -> float:
    """Similarity of two words, whatever their flags."""
    first, second = left.text, right.text
    if first[:3] == second[:3] == "abd":
        first, second = first[3:], second[3:]
    plain = value = (
        JaroWinkler.similarity(first, second) + OSA.normalized_similarity(first, second)
    ) / 2
    if left.metaphone == right.metaphone or (left.bones == right.bones and left.bones != 0):
        value = max(value, plain * 0.5 + 0.42)
    alike = sound_code(left.text) == sound_code(right.text) != ""
    if alike:
        value = max(value, plain * 0.4 + 0.57)
    foreign = left.flags & TokenFlag.FOREIGN, right.flags & TokenFlag.FOREIGN
    if left.bones == right.bones != 0 and left.script in VOWELLESS and right.script in VOWELLESS:
        value = max(value, 0.92)
    if all(foreign) and _are_short_syllabic(left, right):
        value = 0.0
    both_scripts = min(_written((left,), (right,)), 0.96)
    if any(foreign) and not all(foreign):
        value = both_scripts
    shared = left.symbols & right.symbols
    established = left.flags & right.flags & TokenFlag.KNOWN
    # a word that nobody bears may be the other one misspelt
    established &= -(max(left.least_rarity, right.least_rarity) < 8.3)
    established |= (left.flags ^ right.flags) & TokenFlag.PLACE and left.text[0] != right.text[0]
    if established and not shared and not alike and not any(foreign):
        value -= 0.2
        if _other_ending(first, second):
            value = min(value, 0.5)
        elif _swapped(first, second):
            value = max(value, 0.66)
    value = max(value, both_scripts)
    if any(symbol < NICKNAME_BIT for symbol in shared):
        value = max(value, 0.9 + value * 0.08)
    elif shared:
        least = 0.84 if all(foreign) or not any(foreign) else 0.59
        value = max(value, least + value * 0.08)
    return max(min(value, 0.99), 0)


def _other_ending(left: str, right: str) -> bool:
    short, long = sorted((left, right), key=len)
    changed = (
        len(short) == len(long)
        and short[:-1] == long[:-1]
        and {short[-1:], long[-1:]} <= set("aeiou")
    )
    return changed or any(long == short + vowel for vowel in "aeiou")


def _swapped(left: str, right: str) -> bool:
    places = range(1, len(left) - 1)
    return any(
        left[:at] + left[at + 1] + left[at] + left[at + 2 :] == right != left for at in places
    )


def plausible(left: Word, right: Word) -> bool:
    """Return whether two words may match, by a cheap test."""
    if (left.flags | right.flags) & (TokenFlag.INITIAL | TokenFlag.PARTICLE | TokenFlag.NUMBER):
        return False
    if (left.flags ^ right.flags) & TokenFlag.FOREIGN:
        return True
    if (
        left.metaphone == right.metaphone
        or left.bones == right.bones != 0
        or left.symbols & right.symbols
    ):
        return True
    short, long = sorted((len(left.text), len(right.text)))
    if short < 3 or 2 * short < long:
        return False
    bits = [
        {letter if "a" <= letter <= "z" else ord(letter) % 6 for letter in word.text}
        for word in (left, right)
    ]
    return 3 * len(bits[0] & bits[1]) >= 2 * min(map(len, bits))


def token_match(left: Word, right: Word) -> float:
    """Return the value of matching two words, 0…1."""
    if left.text == right.text:
        if left.flags & right.flags & TokenFlag.FOREIGN and left.sound != right.sound:
            return 0.0 if _are_short_syllabic(left, right) else 0.65
        return 1.0
    if (left.flags | right.flags) & TokenFlag.INITIAL:
        return 0.75 if left.text[0] == right.text[0] else 0.0
    value = similarity(left, right) if plausible(left, right) else 0.0
    return value if value >= FLOOR else 0.0


def match_in_names(left: Word, right: Word) -> float:
    """Return the value of matching two words at their places in two names, 0…1."""
    if {left.lineage, right.lineage} == {Lineage.OWN, Lineage.FOREBEAR}:
        return 0.0
    return token_match(left, right)


def align(left: list[Word], right: list[Word], *, group: bool = False) -> Aligned:
    """Align two names."""
    if ([word.hash for word in right]) < ([word.hash for word in left]):
        left, right = right, left
    left, right = left[:24], right[:24]
    free = [set(range(len(left))), set(range(len(right)))]
    matches: list[
        tuple[float, float, float]
    ] = []  # weight, similarity, weight that crosses from given to family name
    doubts = 0.0
    certain: list[float] = []
    established = 0.0
    full = 0
    stands = [0.0, 0.0]
    partners: tuple[dict[int, int], dict[int, int]] = ({}, {})

    def take(a: int, b: int, value: float) -> None:
        nonlocal doubts, established, full
        weight = min(left[a].rarity, right[b].rarity)
        crossing = {left[a].role, right[b].role} == {Role.GIVEN, Role.FAMILY}
        matches.append((weight, value, weight if crossing else 0.0))
        if not (left[a].flags | right[b].flags) & TokenFlag.INITIAL or value == 1.0:
            doubts += weight * (1 - value)
            certain.append(value)
            full += value < 1.0 or not (left[a].flags | right[b].flags) & (
                TokenFlag.INITIAL | TokenFlag.PARTICLE
            )
            flags = left[a].flags, right[b].flags
            if all(flag & TokenFlag.KNOWN for flag in flags) and not any(
                flag & TokenFlag.FOREIGN for flag in flags
            ):
                spelled = (
                    left[a].bones == right[b].bones != 0 and left[a].text[-1] == right[b].text[-1]
                )
                established += weight if value < 0.8 and not spelled else 0.0
        elif not left[a].flags & TokenFlag.INITIAL:
            stands[0] += left[a].rarity
        elif not right[b].flags & TokenFlag.INITIAL:
            stands[1] += right[b].rarity
        free[0].discard(a)
        free[1].discard(b)
        partners[0][a], partners[1][b] = b, a

    for a, word in enumerate(left):
        b = next((b for b in sorted(free[1]) if match_in_names(word, right[b]) == 1), None)
        if b is not None:
            take(a, b, 1.0)
    for side, (own, other) in enumerate(((left, right), (right, left))):
        for a in range(len(own) - 1):
            if not free[0] or not free[1] or not {a, a + 1} <= free[side]:
                continue
            for b in sorted(free[1 - side]):
                value = _together(own[a], own[a + 1], other[b])
                if value:
                    matches.append((other[b].rarity, value, 0.0))
                    doubts += other[b].rarity * (1 - value)
                    certain.append(value)
                    full += 1
                    partners[side][a] = partners[side][a + 1] = b
                    partners[1 - side][b] = a
                    free[side] -= {a, a + 1}
                    free[1 - side].discard(b)
                    break
    for side, (own, other) in enumerate(((left, right), (right, left))):
        last = len(own) - 1
        if (
            not matches
            or last < 1
            or last not in free[side]
            or not free[1 - side]
            or not _may_be_cut(own)
        ):
            continue
        for b in sorted(free[1 - side]):
            if _begins(own[last].text, other[b]):
                weight = min(own[last].rarity, other[b].rarity)
                matches.append((weight, 0.85, 0.0))
                doubts += weight * 0.15
                certain.append(0.85)
                full += 1
                partners[side][last], partners[1 - side][b] = b, last
                free[side].discard(last)
                free[1 - side].discard(b)
                break
    while free[0] and free[1]:
        value, a, b = max(
            (
                (match_in_names(left[a], right[b]), -a, -b)
                for a in free[0]
                for b in free[1]
                if not _stands_for_surname(left[a], right[b], [left[place] for place in free[0]])
                and not _stands_for_surname(right[b], left[a], [right[place] for place in free[1]])
            ),
            default=(0.0, 0, 0),
        )
        if value <= 0:
            break
        take(-a, -b, value)
    crossing = 0.0 if full else min(stands)
    sides = [
        [words[place] for place in places]
        for words, places in zip((left, right), free, strict=True)
    ]
    unmatched = sorted(
        sum(not word.flags & (TokenFlag.PARTICLE | TokenFlag.INITIAL) for word in words)
        for words in sides
    )
    left_over = sorted(sum(word.rarity for word in words) for words in sides)
    has_initials = any(word.flags & TokenFlag.INITIAL for word in (*left, *right))
    is_single = full == 1 and not has_initials and unmatched[0] == 0 and unmatched[1] >= 2
    single = 0.3 * (left_over[1] - left_over[0]) if is_single and not group else 0.0
    turned, shifted = _own_names(left, right, partners)
    part = _contradicting([left, right], sides, bool(matches), bool(full), group=group)
    exchanged = sum(word.rarity for word in turned)
    if turned:
        part = 1.0 if part < 0 else part
        if all(word.flags & TokenFlag.KNOWN for word in turned):
            established += min(word.rarity for word in turned)
    elif part == 1 and all(
        _has_known_given(words, side) for words, side in zip((left, right), sides, strict=True)
    ):
        established += left_over[0]
    return Aligned(
        max(sum(weight * value for weight, value, _ in matches) - exchanged, 0.0),
        left_over[0] + doubts + crossing + single + exchanged,
        left_over[1] - left_over[0],
        min(certain, default=1.0) if matches else 0.0,
        len(matches),
        sum(weight for *_, weight in matches) + shifted,
        established,
        _initials([*left, *right], sides, bool(matches), crossing > 0),
        part,
    )


def _own_names(
    left: list[Word], right: list[Word], partners: tuple[dict[int, int], dict[int, int]]
) -> tuple[list[Word], float]:
    """Return own names that are exchanged with those of forebears, and what of one is the other's
    forebear."""
    own = [
        next((place for place, word in enumerate(words) if _is_given(word)), -1)
        for words in (left, right)
    ]
    if min(own) < 0:
        return [], 0.0
    in_right, in_left = partners[0].get(own[0], -1), partners[1].get(own[1], -1)
    for words, place in ((right, in_right), (left, in_left)):
        if place >= 0 and (
            words[place].flags & TokenFlag.PARTICLE
            or words[place].role & 3 in (1, 3)
            or words[place].lineage & Lineage.OWN
        ):
            return [], 0.0
    if min(in_right, in_left) >= 0:
        is_turned = (own[0] < in_left) != (in_right < own[1])
        return [left[own[0]], right[own[1]]] if is_turned else [], 0.0
    if in_right > own[1]:
        return [], left[own[0]].rarity
    return [], right[own[1]].rarity if in_left > own[0] else 0.0


def _is_given(word: Word) -> bool:
    is_given = word.role & 3 == Role.GIVEN or bool(word.lineage & Lineage.OWN)
    return is_given and not word.flags & TokenFlag.PARTICLE


def _has_known_given(name: list[Word], unmatched: list[Word]) -> bool:
    hashes = {word.hash for word in unmatched}
    return any(
        _is_given(word) and word.flags & TokenFlag.KNOWN and not word.flags & TokenFlag.INITIAL
        for word in name
        if word.hash in hashes
    )


def _stands_for_surname(initial: Word, word: Word, free: list[Word]) -> bool:
    """Return whether an initial would stand for a family name, though its name has another one."""
    if not initial.flags & TokenFlag.INITIAL or word.flags & TokenFlag.INITIAL:
        return False
    if word.role & 3 != Role.FAMILY or initial.role & 3 == Role.FAMILY:
        return False
    return any(
        not other.flags & (TokenFlag.INITIAL | TokenFlag.PARTICLE) and other.role & 3 == Role.FAMILY
        for other in free
    )


def _contradicting(
    names: list[list[Word]],
    sides: list[list[Word]],
    has_matches: bool,
    has_full: bool,
    *,
    group: bool,
) -> float:
    if not all(sides):
        return -1.0
    if not has_matches:
        return 0.0
    unmatched = sides
    # Of a word that a name has twice, either may be the one without a partner.
    sides = [
        [word for word in words if word.hash in {other.hash for other in side}]
        for words, side in zip(names, sides, strict=True)
    ]
    significant = [[word for word in side if not word.flags & TokenFlag.PARTICLE] for side in sides]
    given_names = [[word for word in side if _is_given(word)] for side in significant]
    family = all(
        any(word.role in (Role.FAMILY, Role.LIKELY_FAMILY) for word in side) for side in significant
    )
    full = [
        any(not word.flags & (TokenFlag.PARTICLE | TokenFlag.INITIAL) for word in side)
        for side in significant
    ]
    if not has_full and all(full) and not (all(given_names) and family):
        return 0.0
    has_number = [any(word.flags & TokenFlag.NUMBER for word in side) for side in unmatched]
    if all(has_number) and not group and not (all(given_names) and family):
        return 1.0
    has_role = [
        any(word.role & 1 or word.lineage & Lineage.OWN for word in side) for side in significant
    ]
    if all(given_names) or (all(has_role) and not family):
        initial = any(word.flags & TokenFlag.INITIAL for side in given_names for word in side)
        return 0.0 if family else (2.0 if initial else 1.0)
    return 3.0 if family else -1.0


def _initials(
    words: list[Word], sides: list[list[Word]], has_matches: bool, crossing: bool
) -> float:
    if not has_matches or not any(word.flags & TokenFlag.INITIAL for word in words):
        return -1.0
    initials = [any(word.flags & TokenFlag.INITIAL for word in side) for side in sides]
    others = [
        any(word.flags & TokenFlag.INITIAL or not word.flags & TokenFlag.PARTICLE for word in side)
        for side in sides
    ]
    if crossing or (initials[0] and others[1]) or (initials[1] and others[0]):
        return 0.0
    return 0.5 if any(initials) else 1.0


_NO_WORD = TokenFlag.INITIAL | TokenFlag.PARTICLE | TokenFlag.NUMBER | TokenFlag.FOREIGN


def _may_be_cut(name: list[Word]) -> bool:
    last = name[-1]
    common = bool(last.flags & TokenFlag.KNOWN) and len(last.text) > 3 and last.rarity < 5.5
    if last.flags & _NO_WORD or len(last.text) < 2 or common:
        return False
    # abdaziz was written Abd al-Aziz or the like
    servants = sum(word.text.startswith("abd") and len(word.text) > 5 for word in name)
    return len(" ".join(word.text for word in name)) + 3 * servants >= 14


def _begins(text: str, other: Word) -> bool:
    return (
        not other.flags & _NO_WORD and len(text) < len(other.text) and other.text.startswith(text)
    )


def _together(first: Word, second: Word, target: Word) -> float:
    text = first.text + second.text
    if len(text) <= 30 and text == target.text:
        return 0.98
    if len(text) <= 30 and _same_bones(text, target.text):
        # a word without consonants adds nothing to its neighbour
        return 0.0 if target.bones in (first.bones, second.bones) else 0.85
    foreign = target.flags & TokenFlag.FOREIGN
    if (first.flags & TokenFlag.FOREIGN) == foreign or (
        second.flags & TokenFlag.FOREIGN
    ) == foreign:
        return 0.0
    value = min(_written((first, second), (target,)), 0.95)
    single = max(token_match(first, target), token_match(second, target))
    return value if value >= 0.8 and value > single else 0.0


VOWELLESS = (Script.ARABIC, Script.HEBREW)
_MOST_SYMBOLS = {Script.HAN: 4, Script.HANGUL: 6}


def _are_short_syllabic(left: Word, right: Word) -> bool:
    return all(
        word.script in _MOST_SYMBOLS
        and 0 < len(split_symbols(word.text, word.script)) <= _MOST_SYMBOLS[word.script]
        for word in (left, right)
    )


def _written(left: tuple[Word, ...], right: tuple[Word, ...]) -> float:
    """Return the similarity of sound of words of another script and Latin ones, else 0."""
    latin, foreign = sorted((left, right), key=lambda words: bool(words[0].script))
    if any(word.script for word in latin) or not all(word.script for word in foreign):
        return 0.0
    symbols = [
        (word.script, symbol)
        for word in foreign
        for symbol in split_symbols(word.text, word.script)
    ]
    return written_similarity(symbols, "".join(word.text for word in latin))


def _same_bones(text: str, target: str) -> bool:
    bones = skeleton_code(text)
    own = target if target.isdigit() else skeleton_code(target)
    return len(bones) > 2 and bones == own


def apart(own: list[tuple[list[Word], int]], other: list[tuple[list[Word], int]]) -> float:
    """Return the least weight (nats) of the unanswered words of a principal name (quality 0).

    It is -1 without a principal name.
    """
    unanswered = [
        sum(w.rarity for at, w in enumerate(name) if not _answered(name, at, other))
        for name, q in own
        if not q
    ]
    return min(unanswered, default=-1.0)


def _answered(name: list[Word], at: int, other: list[tuple[list[Word], int]]) -> bool:
    other_words = [word for words, _ in other for word in words]
    if any(token_match(name[at], word) > 0 for word in other_words):
        return True
    neighbors = [
        (name[place], name[place + 1]) for place in (at - 1, at) if 0 <= place < len(name) - 1
    ]
    return any(_spells(*pair, word) for pair in neighbors for word in other_words) or any(
        _spells(*pair, name[at]) for words, _ in other for pair in pairwise(words)
    )


def _spells(first: Word, second: Word, whole: Word) -> bool:
    text = first.text + second.text
    return len(text) <= 30 and (text == whole.text or _same_bones(text, whole.text))
