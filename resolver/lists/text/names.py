"""Parse names of persons and of groups (`parse_person_name`, `parse_group_name`).

For persons, the parts are variants, other scripts, former families, nicknames, titles and offices.
For groups, companies and ships, they are acronyms, trade names, scripts and former names.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import JaroWinkler

from resolver.lists.text import list_names
from resolver.lists.text.name_words import is_country, is_legal_form, is_title, split_title
from resolver.lists.text.repairs import join_line_breaks, split_group_list, strip_following
from resolver.runtime.text_cache import cache_short_texts

MAX_VARIANTS = 24
_DESCRIPTION = re.compile(r"(?<![-\w])(?:of|in|for|the|as|to|with|under|when|he|was)\b(?!-)")
_SEPARATOR = re.compile(r"(?:(?<!\s)\s++)?(?:[,،;/]|\bor\b|\band\b)\s*", re.I)


@cache_short_texts(8_192)
def parse_person_name(text: str) -> list_names.NameForms:
    """Parse a person's name. A name of one word next to a longer main name is a weak alias."""
    name = list_names.strip_name_marks(join_line_breaks(text, is_person=True))
    forms = list_names.NameFormsBuilder(
        is_nickname=text.strip()[:1] in ("‘", "“", '"') and name[:1] not in ("‘", "“", '"')
    )
    if len(name) > list_names.MAX_NAME:
        forms.name = name
        return forms.build()
    text, other_scripts = list_names.split_other_scripts(name)
    first, *others = _split_alternatives(text)
    first = list_names.split_trailing_names(first, forms)
    main, variants = _split_brackets(first, forms)
    main, suffix = list_names.split_suffix(_resolve_slash(main, variants))
    main, title = split_title(_parse_order(main, forms))
    forms.titles += [title] if title else []
    forms.name = f"{main} {suffix}".strip()
    for other in [*variants, *others, *other_scripts]:
        _add_other_name(forms, split_title(other.strip(" ,-–"))[0])
    return forms.build()


def _split_alternatives(text: str) -> list[str]:
    """Split a text into alternative names (`or`, ` / `, or commas if not `Family, Given`)."""
    if "(" in text:
        return [text]
    names = re.split(r"(?<!\s)\s++(?:or|/)\s+", text)
    if len(names) == 1:
        names = _split_by_capitals(text)
    if len(names) > 1 or not re.search("[,،]", text):
        return names
    parts = [part.strip() for part in re.split("[,،]", text) if part.strip()]
    return parts if _are_alternatives(parts) else names


def _split_by_capitals(text: str) -> list[str]:
    """Split names in a row by their families in capitals: `Noah ZAITER Noah ZAYTAR`."""
    groups: list[list[str]] = [[]]
    for word in text.split():
        if (
            groups[-1]
            and list_names.is_capitals(groups[-1][-1])
            and not list_names.is_capitals(word)
        ):
            groups.append([])
        groups[-1].append(word)
    if len(groups) == 1:
        return [text]
    are_variants = all(
        list_names.is_spelling_variant(group[0], groups[0][0])
        and list_names.is_capitals(group[-1])
        and len(group) > 1
        for group in groups
    )
    return [" ".join(group) for group in groups] if are_variants else [text]


def _are_alternatives(parts: list[str]) -> bool:
    if len(parts) < 2 or any(is_title(part) or list_names.ROLE.search(part) for part in parts):
        return False
    if list_names.script_of(parts[0]) not in ("LATIN", "CYRILLIC"):
        return True
    words = [part.split() for part in parts]
    if len(parts) > 2:
        return not parts[0].isupper() or all(map(str.isupper, parts))
    first, second = words
    if len(first) == len(second) == 1:
        return (
            first != second
            and JaroWinkler.similarity(first[0].casefold(), second[0].casefold()) >= 0.8
        )
    if len(first) > 1 and len(second) > 1:
        return list_names.is_spelling_variant(
            first[-1], second[-1]
        ) or list_names.is_spelling_variant(first[0], second[0])
    return len(first) > 1 and list_names.is_spelling_variant(first[0], second[0])


def _parse_order(text: str, forms: list_names.NameFormsBuilder) -> str:
    """Turn `Family, Given, Title` into given-family order; titles and offices join `forms`."""
    first, *rest = [part.strip() for part in text.split(",") if part.strip()] or [text]
    names = []
    for part in rest:
        if is_title(part):
            forms.titles.append(part)
        elif list_names.ROLE.search(part) or _DESCRIPTION.search(part):
            forms.notes.append(part)
        else:
            names.append(part)
    name = list_names.parse_family_first(", ".join([first, *names]))
    forms.titles += [name.title] if name.title else []
    return name.full


def _split_brackets(text: str, forms: list_names.NameFormsBuilder) -> tuple[str, list[str]]:
    """Return a person's name without its brackets, and the whole names that the brackets give."""
    base, slots = "", []
    end = 0
    for match in list_names.BRACKET.finditer(text):
        base += text[end : match.start()]
        slots.append((len(base), match[1].strip(), text[match.end() :]))
        end = match.end()
    base = " ".join((base + text[end:]).split())
    if not slots:
        return base, []
    names: list[str] = []
    words_in_all = len(base.split())
    bare = list_names.BRACKET.sub("", text)
    for position, inner, after in slots:
        former_mark, original = list_names.FORMER.match(inner), inner
        inner = list_names.FORMER.sub("", inner)
        has_alias_mark = bool(list_names.AKA.match(inner))
        inner = list_names.AKA.sub("", inner)
        if list_names.script_of(inner) != list_names.script_of(base):
            former_mark = None
        if not inner:
            forms.notes.append(original)
        if re.search(r"\d", inner) or (
            not former_mark and (list_names.ROLE.search(inner) or _DESCRIPTION.search(inner))
        ):
            forms.notes.append(original)
            continue
        for variant in _SEPARATOR.split(re.sub(r"(?:(?<!\s)\s++)?\([^()]*\)", "", inner)):
            variant = list_names.strip_quotes(variant)
            if not variant:
                continue
            before = bare[:position].split()
            if (
                has_alias_mark
                and not after.strip()
                and before
                and " " not in variant
                and not list_names.is_spelling_variant(variant, before[-1])
            ):
                names.append(variant)
                continue
            name = _insert_variant(bare, position, variant, words_in_all, bool(after.strip()))
            (forms.previous_names if former_mark else names).append(name)
    return base, names[:MAX_VARIANTS]


def _insert_variant(
    bare: str, position: int, variant: str, words_in_all: int, is_inside: bool
) -> str:
    """Return the whole name for which a variant in brackets at `position` stands."""
    before, after = bare[:position].split(), bare[position:].split()
    words = variant.split()
    if (
        not before
        or list_names.script_of(variant) != list_names.script_of(bare)
        or (len(words) > 1 and len(words) >= words_in_all - 1)
    ):
        return variant
    if (
        len(words) > 1
        and not is_inside
        and not list_names.is_spelling_variant(words[-1], before[-1])
    ):
        return variant
    count = min(len(words), len(before))
    if words_in_all == 1:
        return variant
    return " ".join([*before[:-count], *words, *after])


def _resolve_slash(text: str, names: list[str]) -> str:
    """Keep the name with the first of two words at a slash; append the name with the other word to
    `names`.
    """
    match = re.search(r"(?<!\S)(\S+?)\s*/\s*(\S+)", text)
    if not match or not re.search(rf"[{list_names.LATIN}]", match[1]):
        return text
    names.append(f"{text[: match.start()]}{match[2]}{text[match.end() :]}")
    return f"{text[: match.start()]}{match[1]}{text[match.end() :]}"


def _add_other_name(forms: list_names.NameFormsBuilder, name: str) -> None:
    if " " in name or " " not in forms.name or list_names.script_of(name) in ("CJK", "HANGUL"):
        forms.aliases.append(name)
    else:
        forms.weak_aliases.append(name)


_GROUP_NAMES_SEPARATOR = re.compile(r"(?:(?<!\s)\s++)?[;,]\s*|(?<!\s)\s++(?:or|and)\s+")
_FORMER_SEPARATOR = re.compile(r";|,\s*(?=[‘“])")
_ACRONYM = re.compile(r"[^\W_][\w&./’'-]{1,14}")
_GENERIC = frozenset(("SEZ", "NGO", "JSC", "LLC", "SOE", "HQ", "HK"))


@cache_short_texts(8_192)
def parse_group_name(text: str) -> list_names.NameForms:
    """Parse the name of a group, company or ship."""
    forms = list_names.NameFormsBuilder()
    name, following = strip_following(
        list_names.strip_name_marks(join_line_breaks(text, is_person=False))
    )
    forms.notes += [following] if following else []
    if len(name) > list_names.MAX_NAME:
        forms.name = name
        return forms.build()
    name, scripts = list_names.split_other_scripts(name)
    parts = re.split(r"(?<!\s)\s++/\s+|(?:(?<!\s)\s++)?;\s*", name)
    first, *others = [
        list_names.strip_quotes(piece) for part in parts for piece in split_group_list(part)
    ]
    first = list_names.split_trailing_names(first, forms)
    forms.name = _remove_brackets(first, forms)
    for other in others:
        forms.aliases.append(_remove_brackets(list_names.strip_name_marks(other), forms))
    forms.aliases += [*forms.weak_aliases, *scripts]
    forms.aliases = [name for alias in forms.aliases for name in split_group_list(alias)]
    forms.weak_aliases.clear()
    return forms.build()


def _remove_brackets(text: str, forms: list_names.NameFormsBuilder) -> str:
    """Remove brackets with other names of a group, but keep brackets with its country or branch."""
    name, end, has_short_form = "", 0, False
    for match in list_names.BRACKET.finditer(text):
        inner, after = match[1].strip(), text[match.end() :]
        is_last = not list_names.BRACKET.sub("", after).strip(" .,’”»") or is_legal_form(after)
        if (
            _is_acronym(list_names.strip_quotes(inner))
            and (has_short_form or not is_last)
            and not (inner in _GENERIC or is_country(inner))
        ):
            # The acronym shortens the words before it, not the whole name.
            if not has_short_form:
                forms.aliases.append(f"{inner} {list_names.BRACKET.sub('', after).strip()}")
            has_short_form = True
        elif not _add_bracket(inner, text, is_last, forms):
            continue
        name += text[end : match.start()]
        end = match.end()
    return " ".join((name + text[end:]).split()).strip(" ,")


def _add_bracket(inner: str, text: str, is_last: bool, forms: list_names.NameFormsBuilder) -> bool:
    """Add the names in a bracket to the forms; return whether there were any."""
    if former := list_names.FORMER.match(inner):
        names = inner[former.end() :]
        forms.previous_names += _split_quoted(_FORMER_SEPARATOR, names)
        return True
    words = list_names.strip_quotes(list_names.AKA.sub("", inner))
    parts = _split_quoted(_GROUP_NAMES_SEPARATOR, words)
    if list_names.script_of(words) != list_names.script_of(
        list_names.BRACKET.sub(" ", text)
    ) and list_names.script_of(words):
        forms.aliases += [part.strip() for part in words.split(";")]
        return True
    if is_country(words) or is_legal_form(words) or words in _GENERIC:
        return False
    if all(map(_is_acronym, parts)):
        forms.abbreviations += parts
        return True
    if list_names.ROLE.search(words):
        return False
    if words != inner:
        forms.aliases += parts if not re.search(r"\b(?:co|inc|ltd)\b", words, re.I) else [words]
        return True
    if is_last and words[:1].isupper() and not re.match(r"(?:the|a|of|in)\b", words, re.I):
        forms.aliases += map(list_names.strip_quotes, words.split(";"))
        return True
    return False


def _split_quoted(separator: re.Pattern[str], text: str) -> list[str]:
    return [list_names.strip_quotes(part) for part in separator.split(text)]


def _is_acronym(text: str) -> bool:
    """Return whether a text is an acronym: one word with capitals in it, or a few short words.

    Examples: `GosNIImash`, `IRGC SSJO`, `514 ARZ`.
    """
    words = text.split()
    if len(words) > 1 and (max(map(len, words)) > 4 or any(map(str.islower, text))):
        return False
    capitals = sum(map(str.isupper, text))
    return (
        bool(words)
        and capitals >= 2
        and all(_ACRONYM.fullmatch(word) or word.isdigit() for word in words)
    )
