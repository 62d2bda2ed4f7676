"""A name with all that lists put into it: variants in brackets, other scripts, former names, nicknames, titles, acronyms.

`person_forms` and `group_forms` take such a text apart. The first name is freed of everything else; every variant becomes a
whole name of its own. What is no name (`Governor of …`, `branch`) is told apart or left where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from resolver.ingest.list_names import from_family_first, same_word, script_of, split_suffix
from resolver.ingest.list_words import is_country, is_legal_form, split_title

MAX_VARIANTS = 24
_OPENING, _CLOSING = "\"'‘“„«”", "\"'’”»“"
_BRACKET = re.compile(r"\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)?")
_LANGUAGE = r"(?:Russian|Belarusian|Belarussian|Ukrainian|Arabic|Persian|Farsi|Chinese|Korean|English|Kurdish|Hebrew|Burmese)"
_AKA = re.compile(
    r"^(?:(?:a\.?/?k\.?/?a\.?:?|aka|also known as|also|alias(?:es)?:?|alternatively(?: spelled)?|alternative spellings?:?"
    rf"|variant|or|d/b/a|known as|nickname:?|in {_LANGUAGE}(?: script)?:?)\s+|(?:{_LANGUAGE}|original)(?: script| spelling)?:\s*)",
    re.I,
)
_FORMER = re.compile(
    r"^(?:(?:formerly|previously)(?: known| listed)?(?: as)?|f\.?k\.?a\.?|born|née|nee|maiden name|ex)(?:[:.\s]+|$)", re.I
)
_OUTSIDE_AKA = re.compile(r"\s+(?:a\.?/?k\.?/?a\.?|d/b/a|(?:also )?known as|alias)\s+", re.I)
_OUTSIDE_FORMER = re.compile(r"\s+(?:f\.?k\.?a\.?|formerly(?: known as)?|born)\s+", re.I)
_ROLE = re.compile(
    r"\b(?:governor|head|leader|chief|minister|commander|director|member|deputy|listed|branch|name|third|in charge|responsible"
    r"|script|sign|part of|previous|former|located|identity|birth|nom|call|representative|spokes\w+|secretary|born|date)\b",
    re.I,
)
_DESCRIBING = re.compile(r"(?<![-\w])(?:of|in|for|the|as|to|with|under|when|he|was)\b(?!-)")
_LATIN = r"A-Za-zÀ-ɏḀ-ỿ"
_FOREIGN_RUN = re.compile(rf"[–-]?\s*/?((?:[^\W\d_{_LATIN}]+)(?:[\W\d]*[^\W\d_{_LATIN}]+)+|[^\W\d_{_LATIN}]{{2,}})")
_ACRONYM = re.compile(r"[^\W_][\w&./’'-]{1,14}")
_GENERIC = frozenset(("SEZ", "NGO", "JSC", "LLC", "SOE", "HQ", "HK"))
_ENUMERATOR = re.compile(r"^\(?[a-z]\)\s*(?=\S)")
_LABEL_ONLY = re.compile(rf"{_LANGUAGE}:?|text of image", re.I)
_SEVERAL = re.compile(r"\s*(?:[,،;/]|\bor\b|\band\b)\s*", re.I)


@dataclass(slots=True)
class Forms:
    """A name taken apart: each list without repetition, in order of appearance."""

    name: str = ""
    nickname: bool = False
    """Whether the whole stands in quotes, as nicknames do."""
    aliases: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    previous: list[str] = field(default_factory=list)
    abbreviations: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def all_names(self) -> Iterator[tuple[str, str]]:
        """(property, text) of everything, the main name first."""
        for prop, texts in (
            ("name", [self.name]),
            ("alias", self.aliases),
            ("weakAlias", self.weak),
            ("previousName", self.previous),
            ("abbreviation", self.abbreviations),
            ("title", self.titles),
            ("notes", self.notes),
        ):
            for text in dict.fromkeys(texts):
                if text and (prop == "name" or text != self.name):
                    yield prop, text


@lru_cache(maxsize=65_536)
def person_forms(text: str) -> Forms:
    """Take a person's name apart. A name of one word beside a longer main name is weak."""
    plain = _plain(text)
    forms = Forms(nickname=text.strip()[:1] in ("‘", "“", '"') and plain[:1] not in ("‘", "“", '"'))
    text, foreign = _foreign(plain)
    first, *others = _alternatives(text)
    first = _aside(first, forms)
    main, variants = _unbracketed(first, forms)
    main, suffix = split_suffix(_unslashed(main, variants))
    main, title = split_title(_turned(main, forms))
    forms.titles += [title] if title else []
    forms.name = f"{main} {suffix}".strip()
    for other in [*variants, *others, *foreign]:
        _sort_in(forms, split_title(other.strip(" ,-–"))[0])
    return forms


@lru_cache(maxsize=65_536)
def group_forms(text: str) -> Forms:
    """Take the name of a group, company or ship apart."""
    forms = Forms()
    text = _plain(text)
    if script_of(text) == "LATIN":
        text, foreign = _foreign(text)
    else:
        foreign = []
    first, *others = re.split(r"\s+/\s+|\s*;\s*", text)
    first = _aside(first, forms)
    forms.name = _without_brackets(first, forms)
    for other in others:
        forms.aliases.append(_without_brackets(_plain(other), forms))
    forms.aliases += [*forms.weak, *foreign]
    forms.weak.clear()
    return forms


def _plain(text: str) -> str:
    """Without the marks around a name: white space, enumeration, the language before it, quotes around it all."""
    text = " ".join(text.replace("\xa0", " ").replace("​", "").split()).strip(" ,;–-")
    text = _ENUMERATOR.sub("", text.lstrip(")").strip())
    if _LABEL_ONLY.fullmatch(text):
        return ""
    return _unquoted(_AKA.sub("", text) if ":" in text[:20] else text)


def _alternatives(text: str) -> list[str]:
    """The names that a person's name offers side by side (`or`, ` / `, commas that do not turn the name around)."""
    if "(" in text:
        return [text]
    names = re.split(r"\s+or\s+|\s+/\s+", text)
    if len(names) > 1 or not re.search("[,،]", text):
        return names
    parts = [part.strip() for part in re.split("[,،]", text) if part.strip()]
    return parts if _are_alternatives(parts) else names


def _are_alternatives(parts: list[str]) -> bool:
    if len(parts) < 2 or any(split_title(f"{part} x")[0] == "x" or _ROLE.search(part) for part in parts):
        return False
    if script_of(parts[0]) not in ("LATIN", "CYRILLIC"):
        return True
    words = [part.split() for part in parts]
    if len(parts) > 2:
        return not parts[0].isupper() or all(map(str.isupper, parts))
    one, other = words
    if len(one) == len(other) == 1:
        return one != other and JaroWinkler.similarity(one[0].casefold(), other[0].casefold()) >= 0.8
    if len(one) > 1 and len(other) > 1:
        return same_word(one[-1], other[-1]) or same_word(one[0], other[0])
    return len(one) > 1 and same_word(one[0], other[0])


def _foreign(text: str) -> tuple[str, list[str]]:
    """A Latin text without what it says again in another script (outside brackets), and that."""
    if text.isascii() or script_of(_BRACKET.sub(" ", text)) != "LATIN":
        return text, []
    outside = _BRACKET.sub(lambda match: "x" * len(match[0]), text)
    found: list[str] = []
    kept, end = "", 0
    for match in _FOREIGN_RUN.finditer(outside):
        if re.search(rf"[{_LATIN}]$", outside[: match.start()].rstrip("-")[-1:]) and not match[0][0].isspace() and match[0][0] not in "–/-":
            continue
        found += [_unquoted(part.strip(" -–/,")) for part in re.split(r"\s*[,،;]\s*", match[1])]
        kept, end = kept + text[end : match.start()], match.end()
    kept = (kept + text[end:]).strip(" –-/,")
    return (kept, [part for part in found if part]) if kept else (text, [])


def _aside(text: str, forms: Forms) -> str:
    """A name without the other names that follow it outside brackets (`X a.k.a. Y`)."""
    brackets = [match.span() for match in _BRACKET.finditer(text)]
    for pattern, former in ((_OUTSIDE_FORMER, True), (_OUTSIDE_AKA, False)):
        for match in pattern.finditer(text):
            if any(start <= match.start() < end for start, end in brackets):
                continue
            head, tail = text[: match.start()], text[match.end() :].strip()
            if head and tail:
                tail = tail if "(" in tail else tail.rstrip(") ")
                for part in re.split(r"\s*,\s*|\s+and\s+", tail):
                    name = _unquoted(part)
                    plain = name == part and " " in name
                    if former and " " not in name and " " in head:
                        name = f"{head.strip(' ,–-').rsplit(' ', 1)[0]} {name}"
                    (forms.previous if former else forms.aliases if plain else forms.weak).append(name)
                return head.strip(" ,–-")
    return text


def _turned(text: str, forms: Forms) -> str:
    """`Family, Given, Title, Office` in given-family order; what is no name among the parts goes where it belongs."""
    first, *rest = [part.strip() for part in text.split(",") if part.strip()] or [text]
    given = []
    for part in rest:
        if split_title(f"{part} x")[0] == "x":
            forms.titles.append(part)
        elif _ROLE.search(part) or _DESCRIBING.search(part):
            forms.notes.append(part)
        else:
            given.append(part)
    turned = from_family_first(", ".join([first, *given]))
    forms.titles += [turned.title] if turned.title else []
    return turned.full


def _unquoted(text: str) -> str:
    """Without the quotes around the whole; one quote alone belongs to a word inside."""
    text = text.strip()
    while len(text) > 1 and text[0] in _OPENING and text[-1] in _CLOSING and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def _unbracketed(text: str, forms: Forms) -> tuple[str, list[str]]:
    """A person's name without its brackets, and the whole names that the brackets offer."""
    base, slots = "", []
    end = 0
    for match in _BRACKET.finditer(text):
        base += text[end : match.start()]
        slots.append((len(base), match[1].strip(), text[match.end() :]))
        end = match.end()
    base = " ".join((base + text[end:]).split())
    if not slots:
        return base, []
    names: list[str] = []
    words_in_all = len(base.split())
    raw = _BRACKET.sub("", text)
    for place, inner, after in slots:
        former, said = _FORMER.match(inner), inner
        inner = _FORMER.sub("", inner)
        other = bool(_AKA.match(inner))
        inner = _AKA.sub("", inner)
        if script_of(inner) != script_of(base):
            former = None
        if not inner:
            forms.notes.append(said)
        if re.search(r"\d", inner) or (not former and (_ROLE.search(inner) or _DESCRIBING.search(inner))):
            forms.notes.append(said)
            continue
        for variant in _SEVERAL.split(re.sub(r"\s*\([^()]*\)", "", inner)):
            variant = _unquoted(variant)
            if not variant:
                continue
            before = raw[:place].split()
            if other and not after.strip() and before and " " not in variant and not same_word(variant, before[-1]):
                names.append(variant)
                continue
            whole = _put_in(raw, place, variant, words_in_all, bool(after.strip()))
            (forms.previous if former else names).append(whole)
    return base, names[:MAX_VARIANTS]


def _put_in(raw: str, place: int, variant: str, words_in_all: int, inside: bool) -> str:
    """The whole name that a variant in brackets at `place` stands for."""
    before, after = raw[:place].split(), raw[place:].split()
    words = variant.split()
    if not before or script_of(variant) != script_of(raw) or (len(words) > 1 and len(words) >= words_in_all - 1):
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
    if not match or not re.search(rf"[{_LATIN}]", match[1]):
        return text
    names.append(f"{text[: match.start()]}{match[2]}{text[match.end() :]}")
    return f"{text[: match.start()]}{match[1]}{text[match.end() :]}"


def _sort_in(forms: Forms, name: str) -> None:
    if " " in name or " " not in forms.name or script_of(name) in ("CJK", "HANGUL"):
        forms.aliases.append(name)
    else:
        forms.weak.append(name)


def _without_brackets(text: str, forms: Forms) -> str:
    """A group's name without the brackets that hold other names; those that distinguish it (a country, a branch) stay."""
    kept, end = "", 0
    short = False
    for match in _BRACKET.finditer(text):
        inner, after = match[1].strip(), text[match.end() :]
        last = not _BRACKET.sub("", after).strip(" .,’”»") or is_legal_form(after)
        if _is_acronym(_unquoted(inner)) and inner not in _GENERIC and (short or not last):
            # it shortens the words before it, not the whole name
            if not short:
                forms.aliases.append(f"{inner} {_BRACKET.sub('', after).strip()}")
            short = True
        elif not _take(inner, text, last, forms):
            continue
        kept += text[end : match.start()]
        end = match.end()
    return " ".join((kept + text[end:]).split()).strip(" ,")


def _take(inner: str, text: str, last: bool, forms: Forms) -> bool:
    """Whether what stands in brackets was taken as a name of its own."""
    if former := _FORMER.match(inner):
        forms.previous += [_unquoted(part) for part in re.split(r"\s*;\s*|\s*,\s*(?=[‘“])", inner[former.end() :])]
        return True
    plain = _unquoted(_AKA.sub("", inner))
    parts = [_unquoted(part) for part in re.split(r"\s*[;,]\s*|\s+or\s+|\s+and\s+", plain)]
    if script_of(plain) != script_of(_BRACKET.sub(" ", text)) and script_of(plain):
        forms.aliases += [part.strip() for part in plain.split(";")]
        return True
    if is_country(plain) or is_legal_form(plain) or plain in _GENERIC:
        return False
    if all(map(_is_acronym, parts)):
        forms.abbreviations += parts
        return True
    if plain != inner and not _ROLE.search(plain):
        forms.aliases += parts if not re.search(r"\b(?:co|inc|ltd)\b", plain, re.I) else [plain]
        return True
    if last and plain[:1].isupper() and not _ROLE.search(plain) and not re.match(r"(?:the|a|of|in)\b", plain, re.I):
        forms.aliases += [_unquoted(part) for part in plain.split(";")]
        return True
    return False


def _is_acronym(text: str) -> bool:
    """`GosNIImash`, `IRGC SSJO`, `514 ARZ`: one word with capitals in it, or a few short ones."""
    words = text.split()
    if len(words) > 1 and (max(map(len, words)) > 4 or any(map(str.islower, text))):
        return False
    capitals = sum(map(str.isupper, text))
    return bool(words) and capitals >= 2 and all(_ACRONYM.fullmatch(word) or word.isdigit() for word in words)
