"""Queries of checks, as every entry point reads them: from properties to a record, with warnings.

A query that makes no sense is refused (`RecordError`): an unknown schema, a property that the
schema lacks, or a birth date in the future. A query that can be answered in part is answered, and
its warnings name the values that were not compared.

The module also finds values of a record or a query that cannot be compared because they are not
recognized.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import accumulate

from resolver.check.ranking import Rivals
from resolver.errors import DateError, RecordError
from resolver.lists.formats.ftm.ftm_entity import (
    ANYTHING,
    Omission,
    SubmittedRecord,
    has_property,
    read_ftm_entity,
    schema_of_properties,
)
from resolver.lists.text.list_dates import read_date_readings
from resolver.lists.text.placeholders import is_in_future, is_placeholder, start_of_date
from resolver.matching import pipeline
from resolver.names.folding import letters as letters
from resolver.names.lexicons.name_roles import NAMELESS_TITLES, split_titles
from resolver.names.name_tokens import MAX_TOKENS
from resolver.names.scripts.syllables import is_syllable
from resolver.records import Kind, Record, Value
from resolver.records.prepared.population import FrequencyTables
from resolver.records.properties import BIRTH_DATE, COUNTRIES, FULL_NAMES, NAME_PARTS
from resolver.reference import tokenize_name
from resolver.values.normal_values import country_code as country_code
from resolver.values.normal_values import gender_bit

_RECOGNIZED = frozenset(("gender", *COUNTRIES))


def note_uncompared_values(record: Record, *, is_stored: bool) -> list[Omission]:
    """Return a note for each gender or country value that is not recognized."""
    fate = "stored but not compared" if is_stored else "not compared"
    return [
        Omission(
            value.prop,
            f"{value.text[:40]!r} is {fate}: it is not recognized",
            is_unread=True,
        )
        for value in record.values
        if value.prop in _RECOGNIZED and not _is_recognized(value)
    ]


def _is_recognized(value: Value) -> bool:
    return bool((gender_bit if value.prop == "gender" else country_code)(value.text))


SOURCE = "query"
_ID = "1"
_NAMES = frozenset((*FULL_NAMES, *NAME_PARTS))
_COUNTRY = frozenset(COUNTRIES)
_NUMBER = frozenset({"number"})
_ADVICE: dict[int, tuple[tuple[str, str], tuple[tuple[frozenset[str], str], ...]]] = {
    int(Kind.PERSON): (
        ("person", "people"),
        (
            (frozenset({BIRTH_DATE}), "add a birth date"),
            (_COUNTRY, "add a nationality"),
            (_NUMBER, "add a document number"),
        ),
    ),
    int(Kind.GROUP): (
        ("group", "groups"),
        ((_COUNTRY, "add a country"), (_NUMBER, "add a registration number")),
    ),
    int(Kind.ASSET): (
        ("vessel or other asset", "vessels or other assets"),
        ((_NUMBER, "add an IMO or other number"), (_COUNTRY, "add a flag")),
    ),
}
"""Advice for a query that several entities fit, by their kind: what they are called, and what
distinguishes them, the most telling first, with the properties that state it.
"""
_ANY_ADVICE = (("entity", "entities"), ((_COUNTRY, "add a country"), (_NUMBER, "add a number")))
_SHOWN = 40
"""Maximum number of characters of a value that a warning repeats."""
_MAX_YEARS_APART = 10
"""Number of years between two birth dates of a query from which they contradict each other. Lists
state dates of the same person that are a few years apart.
"""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MAX_DATE_WORDS = 3
"""Maximum number of words of a date at the end of a name (`3 May 1962`)."""
_BORN = frozenset(("born", "b.", "dob", "dob:"))
"""Words before such a date."""
_LEAST_SYLLABLES, _LEAST_NAMES, _LONGEST = 8, 12, 40
"""Numbers of letters of names that were typed without spaces: at least, for three Chinese or Korean
syllables and for other names, and at most. A shorter word may be a rare name of its own.
"""
_LONGEST_PART, _LONGEST_SYLLABLE, _MOST_NAMES = 14, 6, 4
_LEAST_UNLISTED = 4
"""Least letters of a name in such a word that is not listed, and of the name before it."""
_COST_OF_LISTED, _COST_OF_UNLISTED, _COST_OF_NAME = 9.9, 15.0, 3.0
"""Costs in nats: of a name that is listed but not counted, of one that is not listed, and of each
name. Names of two and three letters occur in most words, so they cost more (`_COSTS_OF_SHORT`).
"""
_COSTS_OF_SHORT = {2: 6.0, 3: 3.0}
_LEAST_JOINED = 3
"""Least letters of a word before a capital letter that begins another word. Fewer are a prefix of
the same name (`McDonald`, `LaToya`).
"""


def read_query(
    schema: object, properties: object, *, skip_unknown: bool = False
) -> SubmittedRecord:
    """Return the record of a query, with warnings about values that cannot be compared.

    `schema`: a schema of FollowTheMoney. `Thing` or None leaves the kind open, unless the
    properties decide it: a birth date is a person's. `skip_unknown` as in `read_ftm_entity`. Raises
    `RecordError`, and `TypeError` (one line) for values of a wrong type.
    """
    if schema in (None, ANYTHING) and isinstance(properties, Mapping):
        stated = [prop for prop, value in properties.items() if value not in (None, "", [])]
        if skip_unknown:
            stated = [prop for prop in stated if has_property(ANYTHING, prop)]
        schema = schema_of_properties(stated)
    submitted = read_ftm_entity(
        schema,
        properties,
        source=SOURCE,
        native_id=_ID,
        skip_unknown=skip_unknown,
        of_any_kind=True,
    )
    warnings = query_warnings(submitted.record)
    if not warnings:
        return submitted
    return replace(submitted, omissions=(*submitted.omissions, *warnings))


def query_warnings(record: Record) -> list[Omission]:
    """Return a line for each value of a query that cannot be compared, or that contradicts another
    value.

    Raises `RecordError` for a birth date in the future.
    """
    for text in record.texts(BIRTH_DATE):
        if is_in_future(text):
            raise RecordError(
                f"the birth date {text} lies in the future", hint="give a date until today"
            )
    faults = []
    for value in record.values:
        if fault := _fault_of_name(value, record.kind):
            faults.append(Omission(value.prop, f"{value.text[:_SHOWN]!r} {fault}"))
    return [*faults, *_contradictions(record), *note_uncompared_values(record, is_stored=False)]


def comparable_record(record: Record, tables: FrequencyTables) -> Record:
    """Return a query in the form in which it is compared: without names that find nobody, without
    genders that contradict each other, without titles before a person's name, with the date behind
    a person's name as the birth date, and with the spaces that a person's name lacks.

    `tables`: those of the models that compare the query.
    """
    record = _drop_titles(_add_spaces(_read_date_in_name(record)))
    record = _divide_names(record, tables)
    dropped = set(_contradicting_genders(record))
    for value in record.values:
        if _why_no_name(value, record.kind):
            dropped.add(value)
    if not dropped:
        return record
    return replace(record, values=tuple(value for value in record.values if value not in dropped))


def _read_date_in_name(record: Record) -> Record:
    """If a person's name in a query ends with a year or a date ("Osama Bin Laden 1957", "Ivan
    Petrov, born 3 May 1962"), return the query with this birth date, unless it states one. No
    person's name has a year.
    """
    if record.kind != Kind.PERSON or record.texts(BIRTH_DATE):
        return record
    values: list[Value] = []
    for value in record.values:
        name, dates = _split_date(value.text) if value.prop in FULL_NAMES else ("", ())
        kept = replace(value, text=name) if dates else value
        values += (kept, *(Value(BIRTH_DATE, date) for date in dates))
    return record if len(values) == len(record.values) else replace(record, values=tuple(values))


def _split_date(name: str) -> tuple[str, tuple[str, ...]]:
    """Return a name without the date at its end, and the readings of the date; none if it has no
    date, or if nothing with letters is left.
    """
    words = name.replace("(", " ").replace(")", " ").split()
    for place in range(max(1, len(words) - _MAX_DATE_WORDS), len(words)):
        date, before = " ".join(words[place:]), words[:place]
        if not date[0].isdecimal() or not _YEAR.search(date):
            continue
        if len(before) > 1 and before[-1].casefold() in _BORN:
            del before[-1]
        text = " ".join(before).rstrip(" ,;*")
        with suppress(DateError):
            dates = read_date_readings(date)
            if not any(map(is_in_future, dates)) and any(map(str.isalpha, text)):
                return text, dates
    return name, ()


def _add_spaces(record: Record) -> Record:
    """Return the query of a person with a space before a capital letter in the middle of a word, if
    at least three letters precede it (`ViktorNosoplenko`; not `McDonald`, `DeLuca`, `MacArthur`).
    """
    if record.kind != Kind.PERSON:
        return record
    values = [
        replace(value, text=_separate(value.text)) if value.prop in FULL_NAMES else value
        for value in record.values
    ]
    return record if values == list(record.values) else replace(record, values=tuple(values))


def _separate(name: str) -> str:
    letters, start = list[str](), 0
    for place, letter in enumerate(name):
        if not letter.isalpha():
            start = place + 1
        elif letter.isupper() and place - start >= _LEAST_JOINED:
            first, following = name[start:place], name[place + 1 : place + 2]
            if first[1:].islower() and following.islower() and first != "Mac":
                letters.append(" ")
                start = place
        letters.append(letter)
    return "".join(letters)


def _divide_names(record: Record, tables: FrequencyTables) -> Record:
    """Return the query of a person with a further name for each name that was typed without spaces
    (`vladimirputin`: `vladimir putin`).
    """
    if record.kind != Kind.PERSON:
        return record
    divided = [
        replace(value, text=text)
        for value in record.values
        if value.prop in FULL_NAMES and (text := _divide(value.text, tables))
    ]
    return replace(record, values=(*record.values, *divided)) if divided else record


def _divide(name: str, tables: FrequencyTables) -> str:
    """Return a word in ASCII letters as the names that it consists of, with spaces; an empty text
    if it is a name itself, too short, or does not consist of names.
    """
    word = name.lower()
    if not (word.isascii() and word.isalpha() and _LEAST_SYLLABLES <= len(word) <= _LONGEST):
        return ""
    parts = {word}
    for start in range(len(word)):
        last = min(len(word), start + _LONGEST_PART)
        parts.update(word[start:end] for end in range(start + 2, last + 1))
    listed = sorted(parts)
    symbols = pipeline.symbol_source().lookup(listed)
    counts, total = tables.person_counts, tables.person_total
    costs = {
        part: math.log(total / counts[part]) if part in counts else _COST_OF_LISTED
        for part, known in zip(listed, symbols, strict=True)
        if known or part in counts
    }
    if word in costs:
        return ""
    lengths = _syllable_lengths(word, counts) or _name_lengths(word, costs)
    ends = [*accumulate(lengths)]
    return " ".join(name[end - size : end] for end, size in zip(ends, lengths, strict=True))


def _syllable_lengths(word: str, counts: Mapping[str, int]) -> tuple[int, ...]:
    """Return the lengths of three Chinese or Korean syllables, of which the first is the most
    common name; empty if a word is something else.
    """
    found = [
        (-counts[word[:first]], (first, second - first, len(word) - second))
        for first in range(2, _LONGEST_SYLLABLE + 1)
        for second in range(first + 2, min(first + _LONGEST_SYLLABLE, len(word) - 2) + 1)
        if word[:first] in counts
        and all(map(is_syllable, (word[:first], word[first:second], word[second:])))
    ]
    return min(found)[1] if found else ()


def _name_lengths(word: str, costs: Mapping[str, float]) -> tuple[int, ...]:
    """Return the lengths of the names in a word whose costs have the least sum, the first of at
    least four letters if a name among them is not listed; empty if a word is something else.

    `costs`: how rare the listed names are, in nats.
    """
    if len(word) < _LEAST_NAMES:
        return ()
    # the least cost of the letters before each place, without and with a name that is not listed
    best: list[dict[bool, tuple[float, tuple[int, ...]]]] = [{} for _ in range(len(word) + 1)]
    best[0][False] = (0.0, ())
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PART), end - 1):
            size, known = end - start, costs.get(word[start:end])
            for has_unlisted, (cost, lengths) in best[start].items():
                if len(lengths) == _MOST_NAMES:
                    continue
                options = []
                if known is not None:
                    short = _COSTS_OF_SHORT.get(size, 0.0)
                    options.append((has_unlisted, known + short + _COST_OF_NAME))
                if not has_unlisted and size >= _LEAST_UNLISTED and start:
                    options.append((True, _COST_OF_UNLISTED + _COST_OF_NAME))
                for kind, more in options:
                    row = (cost + more, (*lengths, size))
                    best[end][kind] = min(best[end].get(kind, row), row)
    if not best[-1]:
        return ()
    (_, lengths), has_unlisted = min((row, kind) for kind, row in best[-1].items())
    return () if has_unlisted and lengths[0] < _LEAST_UNLISTED else lengths


def _drop_titles(record: Record) -> Record:
    """Return the query of a person without the titles before a name ("Sheikh Hassan Nasrallah"), if
    two words or more are left. Lists seldom state the titles that callers write, and a title that
    one side lacks would count against the pair.
    """
    if record.kind != Kind.PERSON:
        return record
    values = [
        replace(value, text=split_titles(value.text)[1]) if value.prop in FULL_NAMES else value
        for value in record.values
    ]
    return record if values == list(record.values) else replace(record, values=tuple(values))


def advise(query: Record, rivals: Rivals, *, is_complete: bool, is_word: bool = False) -> str:
    """Return a sentence on what to add to a query, if several candidates fit or if its name is
    common: "38 listed people have this name; add a birth date." `is_complete`: there are no more of
    them. `is_word`: the query is a single word, which their names have.
    """
    stated = {value.prop for value in query.values}
    stated |= {"number"} if query.identifiers else set()
    nouns, facts = _ADVICE.get(rivals.kinds, _ANY_ADVICE)
    missing = (text for props, text in facts if stated.isdisjoint(props))
    mend = next(missing, "compare what is listed with what you know")
    verb, noun = ("has", nouns[0]) if rivals.count == 1 else ("have", nouns[1])
    fit = f"{verb} this name" if rivals.have_same_name else f"{verb} this name or one like it"
    if is_word and not rivals.have_same_name:
        fit, mend = f"{verb} this word in a name", f"give the whole name, or {mend}"
    if stated.isdisjoint(_NAMES):
        fit = "fit alike"
    number = f"{rivals.count:,}" if is_complete else f"At least {rivals.count:,}"
    return f"{number} listed {noun} {fit}; {mend}."


def _fault_of_name(value: Value, kind: Kind) -> str:
    """Return the fault of a name; an empty text if the name is valid."""
    if fault := _why_no_name(value, kind):
        return fault
    if value.prop not in FULL_NAMES:
        return ""
    count = len(tokenize_name(value.text)) if len(value.text) > MAX_TOKENS else 0
    if count > MAX_TOKENS:
        return f"has {count} words, of which the first {MAX_TOKENS} are compared: shorten it"
    return ""


def _why_no_name(value: Value, kind: Kind) -> str:
    """Return why a name finds nobody, or an empty text; also for values that are no names.

    A letter or a title may be a part of a name, but is no name alone.
    """
    text = value.text
    if value.prop not in _NAMES:
        return ""
    letters = sum(map(str.isalnum, text))
    if not letters or is_placeholder(text):
        return "is no name: nobody is found by it"
    if value.prop not in FULL_NAMES:
        return ""
    if letters == 1:
        return "is one letter: nobody is found by it; give the whole name"
    if kind & Kind.PERSON and _are_titles(text):
        return "is titles alone: no person is found by them; give the name"
    return ""


def _are_titles(text: str) -> bool:
    return NAMELESS_TITLES.issuperset(map(str.casefold, tokenize_name(text)))


def names_only_titles(record: Record) -> bool:
    """Return whether all names of a query are only titles, which may be the whole name of a
    ship.
    """
    names = record.texts(*FULL_NAMES)
    return bool(names) and all(map(_are_titles, names))


def _contradictions(record: Record) -> list[Omission]:
    """Return a line for each group of values that cannot all be right."""
    births = sorted(set(record.texts(BIRTH_DATE)), key=start_of_date)
    deaths = sorted(set(record.texts("deathDate")), key=start_of_date)
    lines = []
    if births and int(births[-1][:4]) - int(births[0][:4]) > _MAX_YEARS_APART:
        stated = f"{births[0]} and {births[-1]} contradict each other"
        advice = "an entity with either fits; give the one that you are sure of"
        lines.append(Omission(BIRTH_DATE, f"{stated}: {advice}"))
    if births and deaths and deaths[-1][:4] < births[0][:4]:
        order = f"{deaths[-1]} lies before {BIRTH_DATE} {births[0]}"
        lines.append(Omission("deathDate", f"{order}: mend one of the two"))
    if genders := _contradicting_genders(record):
        stated = " and ".join(value.text[:_SHOWN] for value in genders)
        advice = "neither is compared; give one"
        lines.append(Omission("gender", f"{stated} contradict each other: {advice}"))
    return lines


def _contradicting_genders(record: Record) -> list[Value]:
    """Return the genders of a query if they differ; otherwise an empty list."""
    bits = set(map(gender_bit, record.texts("gender"))) - {0}
    return [value for value in record.values if value.prop == "gender"] if len(bits) > 1 else []
