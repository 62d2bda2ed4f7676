"""Persons' names taken apart: variants in brackets, other scripts, former families, nicknames, titles, offices."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from resolver.ingest.text.list_name_forms import (
    AKA,
    BRACKET,
    FORMER,
    LATIN,
    MAX_NAME,
    ROLE,
    Forms,
    Gathering,
    aside,
    foreign,
    plain,
    unquoted,
)
from resolver.ingest.text.list_names import (
    from_family_first,
    is_capitals,
    same_word,
    script_of,
    split_suffix,
)
from resolver.ingest.text.name_words import is_title, split_title

MAX_VARIANTS = 24
_DESCRIBING = re.compile(r"(?<![-\w])(?:of|in|for|the|as|to|with|under|when|he|was)\b(?!-)")
_SEVERAL = re.compile(r"\s*(?:[,،;/]|\bor\b|\band\b)\s*", re.I)


@lru_cache(maxsize=8_192)
def person_forms(text: str) -> Forms:
    """Take a person's name apart. A name of one word beside a longer main name is weak."""
    bare = plain(text)
    forms = Gathering(
        nickname=text.strip()[:1] in ("‘", "“", '"') and bare[:1] not in ("‘", "“", '"')
    )
    if len(bare) > MAX_NAME:
        forms.name = bare
        return forms.finished()
    text, others_scripts = foreign(bare)
    first, *others = _alternatives(text)
    first = aside(first, forms)
    main, variants = _unbracketed(first, forms)
    main, suffix = split_suffix(_unslashed(main, variants))
    main, title = split_title(_turned(main, forms))
    forms.titles += [title] if title else []
    forms.name = f"{main} {suffix}".strip()
    for other in [*variants, *others, *others_scripts]:
        _sort_in(forms, split_title(other.strip(" ,-–"))[0])
    return forms.finished()


def _alternatives(text: str) -> list[str]:
    """The names that a person's name offers side by side (`or`, ` / `, commas that do not turn the name around)."""
    if "(" in text:
        return [text]
    names = re.split(r"\s+or\s+|\s+/\s+", text)
    if len(names) == 1:
        names = _by_capitals(text)
    if len(names) > 1 or not re.search("[,،]", text):
        return names
    parts = [part.strip() for part in re.split("[,،]", text) if part.strip()]
    return parts if _are_alternatives(parts) else names


def _by_capitals(text: str) -> list[str]:
    """`Noah ZAITER Noah ZAYTAR`: names written one after the other, told apart by their families in capitals."""
    groups: list[list[str]] = [[]]
    for word in text.split():
        if groups[-1] and is_capitals(groups[-1][-1]) and not is_capitals(word):
            groups.append([])
        groups[-1].append(word)
    if len(groups) == 1:
        return [text]
    alike = all(
        same_word(group[0], groups[0][0]) and is_capitals(group[-1]) and len(group) > 1
        for group in groups
    )
    return [" ".join(group) for group in groups] if alike else [text]


def _are_alternatives(parts: list[str]) -> bool:
    if len(parts) < 2 or any(is_title(part) or ROLE.search(part) for part in parts):
        return False
    if script_of(parts[0]) not in ("LATIN", "CYRILLIC"):
        return True
    words = [part.split() for part in parts]
    if len(parts) > 2:
        return not parts[0].isupper() or all(map(str.isupper, parts))
    one, other = words
    if len(one) == len(other) == 1:
        return (
            one != other and JaroWinkler.similarity(one[0].casefold(), other[0].casefold()) >= 0.8
        )
    if len(one) > 1 and len(other) > 1:
        return same_word(one[-1], other[-1]) or same_word(one[0], other[0])
    return len(one) > 1 and same_word(one[0], other[0])


def _turned(text: str, forms: Gathering) -> str:
    """`Family, Given, Title, Office` in given-family order; what is no name among the parts goes where it belongs."""
    first, *rest = [part.strip() for part in text.split(",") if part.strip()] or [text]
    given = []
    for part in rest:
        if is_title(part):
            forms.titles.append(part)
        elif ROLE.search(part) or _DESCRIBING.search(part):
            forms.notes.append(part)
        else:
            given.append(part)
    turned = from_family_first(", ".join([first, *given]))
    forms.titles += [turned.title] if turned.title else []
    return turned.full


def _unbracketed(text: str, forms: Gathering) -> tuple[str, list[str]]:
    """A person's name without its brackets, and the whole names that the brackets offer."""
    base, slots = "", []
    end = 0
    for match in BRACKET.finditer(text):
        base += text[end : match.start()]
        slots.append((len(base), match[1].strip(), text[match.end() :]))
        end = match.end()
    base = " ".join((base + text[end:]).split())
    if not slots:
        return base, []
    names: list[str] = []
    words_in_all = len(base.split())
    raw = BRACKET.sub("", text)
    for place, inner, after in slots:
        former, said = FORMER.match(inner), inner
        inner = FORMER.sub("", inner)
        other = bool(AKA.match(inner))
        inner = AKA.sub("", inner)
        if script_of(inner) != script_of(base):
            former = None
        if not inner:
            forms.notes.append(said)
        if re.search(r"\d", inner) or (
            not former and (ROLE.search(inner) or _DESCRIBING.search(inner))
        ):
            forms.notes.append(said)
            continue
        for variant in _SEVERAL.split(re.sub(r"\s*\([^()]*\)", "", inner)):
            variant = unquoted(variant)
            if not variant:
                continue
            before = raw[:place].split()
            if (
                other
                and not after.strip()
                and before
                and " " not in variant
                and not same_word(variant, before[-1])
            ):
                names.append(variant)
                continue
            whole = _put_in(raw, place, variant, words_in_all, bool(after.strip()))
            (forms.previous if former else names).append(whole)
    return base, names[:MAX_VARIANTS]


def _put_in(raw: str, place: int, variant: str, words_in_all: int, inside: bool) -> str:
    """The whole name that a variant in brackets at `place` stands for."""
    before, after = raw[:place].split(), raw[place:].split()
    words = variant.split()
    if (
        not before
        or script_of(variant) != script_of(raw)
        or (len(words) > 1 and len(words) >= words_in_all - 1)
    ):
        return variant
    if len(words) > 1 and not inside and not same_word(words[-1], before[-1]):
        return variant
    count = min(len(words), len(before))
    if words_in_all == 1:
        return variant
    return " ".join([*before[:-count], *words, *after])


def _unslashed(text: str, names: list[str]) -> str:
    """A name whose words offer alternatives by a slash, with the first; the others as names."""
    match = re.search(r"(\S+?)\s*/\s*(\S+)", text)
    if not match or not re.search(rf"[{LATIN}]", match[1]):
        return text
    names.append(f"{text[: match.start()]}{match[2]}{text[match.end() :]}")
    return f"{text[: match.start()]}{match[1]}{text[match.end() :]}"


def _sort_in(forms: Gathering, name: str) -> None:
    if " " in name or " " not in forms.name or script_of(name) in ("CJK", "HANGUL"):
        forms.aliases.append(name)
    else:
        forms.weak.append(name)
