"""Values that an erasure removes from a store: which values these are, and where their texts still
occur.

- `collect_values` reads the values of some records, and finds which of them other records state as
  well.
- `ErasedWords` finds and replaces these values in texts, as whole words.
- `find_events` finds the audit events that hold a value or ask for it.
- `ByteFinder` finds the forms of texts (`search_forms`) in the bytes of files, and
  `SpelledNumbers` finds numbers in every spelling.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import (
    JSON,
    Connection,
    Table,
    Text,
    case,
    select,
)

from resolver.records.packing import SEPARATOR
from resolver.records.properties import (
    ADDRESS,
    DATASETS,
    HANDLING,
    IDENTIFIER_SET,
    PROPERTIES,
    RELATION,
    ValueType,
)
from resolver.store.audit import ERASURE, RETENTION, TWO_DIGESTS
from resolver.store.bulk_rows import is_among
from resolver.store.schema import (
    audit_events,
    metadata,
    records,
)

_ERASED = "[erased]"
_GAPS = " \t/().-"
"""Characters with which people divide a number."""
_FEWEST_DIGITS, _LONGEST_NUMBER = 6, 30
"""A text with this many digits, and with at most this many letters and digits, is a number that
people spell in other ways, too. Shorter ones occur by chance, and longer texts are sentences.
"""
MIN_BYTES = 5
"""Minimum number of bytes of a text that is searched for; shorter texts occur in any file by
chance.
"""
_MAX_WORDS = 6
"""Maximum number of words of a name whose other orders are searched for in files; a longer text is
no name.
"""
_LONG_TEXT = 30
"""Number of characters from which a free text shows whom it is about."""
ROWS_AT_ONCE = 5_000
_GROUPED, _FEW = 4, 8
"""Number of characters by which the texts of a pattern are grouped, and number of texts that need
no groups.
"""


@dataclass(frozen=True, slots=True)
class ErasedValues:
    """Values that have to be erased.

    - `ids`: ids of records.
    - `texts`: values that show whom they are about, such as names and numbers. They are taken out
      wherever they occur.
    - `others`: further values, such as birth dates, and other orders of the words of a name. They
      are removed with the rows that name the record, and files of lists are searched for them.
    - `shared`: values that remaining records state as well, so that they are left. The id of the
      record is left, too, if another record names it.
    - `contained`: ids that are a part of another id. Tables are searched for them as whole words,
      and files are not.
    - `short`: number of values that are too short to be searched for.
    - `about`: names and ids of records that stay, if only values of them are erased. The ids are
      left then, and `others` are taken out of what states one of these names or ids as well.
    - `numbers`: letters and digits of those `texts` that are numbers. They are taken out in every
      spelling, for example with other spaces. A number is left out if another record states it.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    contained: tuple[str, ...] = ()
    short: int = 0
    is_collected: bool = False
    about: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def rewritten(self) -> tuple[str, ...]:
        """Texts that are taken out wherever they occur."""
        return self.texts if self.about else (*self.ids, *self.texts)

    @property
    def searched(self) -> tuple[str, ...]:
        """Texts that no row may hold after the erasure."""
        return tuple(text for text in self.rewritten if text not in self.shared)

    @property
    def searched_bytes(self) -> tuple[str, ...]:
        """Texts that no file may hold after the erasure."""
        texts = (text for text in self.searched if text not in self.contained)
        return tuple(dict.fromkeys((*texts, *self.numbers)))


_TYPES = {row.name: row.type for row in PROPERTIES}
_TELLING = frozenset((ValueType.NAME, ValueType.PHONE, ValueType.EMAIL, ValueType.WEBSITE))
_GENERAL = frozenset(
    (ValueType.GENDER, ValueType.COUNTRY, ValueType.PROGRAM, ValueType.ROUTE, ValueType.ACTIVITY)
)
_NO_VALUES = frozenset((HANDLING, DATASETS, "topics"))


IsErased = Callable[[str, str, str], bool]
"""Returns whether a value is erased: id of its record, property and text."""


def collect_values(
    connection: Connection, ids: Sequence[str], is_erased: IsErased | None = None
) -> ErasedValues:
    """Return the values of all versions of some records, and which of them other records state.

    `is_erased`: only these values are erased, and the records stay.
    """
    # the number of an entry in its list is a value, too
    telling = {} if is_erased else dict.fromkeys(end.partition(":")[2] for end in ids)
    others: dict[str, None] = {}
    about: dict[str, None] = dict.fromkeys(ids if is_erased else ())
    for record_id, prop, text in stated_values(connection, ids):
        if is_erased and not is_erased(record_id, prop, text):
            if _TYPES.get(prop) is ValueType.NAME:
                about.setdefault(text)
            continue
        for part, tells in _value_parts(prop, text):
            (telling if tells else others).setdefault(part)
    stated = [*telling, *(text for text in others if text not in telling)]
    long = [text for text in stated if len(text.encode("utf-8", "replace")) >= MIN_BYTES]
    turned = [name for text in long if text in telling for name in _name_orders(text)]
    numbers = [form for text in long if text in telling for form in _number_form(text)]
    if is_erased:
        kept = chain(_other_texts(connection, ids), _kept_texts(connection, ids, is_erased))
        shared, shared_numbers = _find_shared([*long, *turned], numbers, kept)
        return ErasedValues(
            tuple(ids),
            tuple(text for text in long if text in telling and text not in shared),
            tuple(text for text in (*long, *turned) if text not in telling),
            tuple(text for text in long if text in telling and text in shared),
            short=len(stated) - len(long),
            is_collected=True,
            about=tuple(about),
            numbers=tuple(form for form in numbers if form not in shared_numbers),
        )
    others_of_store = _other_texts(connection, ids)
    shared, shared_numbers = _find_shared([*long, *turned, *ids], numbers, others_of_store)
    whole = ErasedWords.of(connection, ids, tuple(shared.intersection(ids)))
    named = {row for text in _other_texts(connection, ids) for row in whole.find(text)}
    return ErasedValues(
        tuple(ids),
        tuple(text for text in long if text in telling and text not in shared),
        tuple(text for text in (*long, *turned) if text not in telling and text not in shared),
        tuple(text for text in (*long, *ids) if text in named or (text in shared and text in long)),
        tuple(record_id for record_id in ids if record_id in shared),
        len(stated) - len(long),
        is_collected=True,
        numbers=tuple(form for form in numbers if form not in shared_numbers),
    )


def _number_form(text: str) -> Iterator[str]:
    """Yield the letters and digits of a number in lower case; nothing for another text."""
    form = "".join(filter(str.isalnum, text.lower()))
    digits = sum(map(str.isdecimal, form))
    if digits >= _FEWEST_DIGITS and 2 * digits > len(form) and len(form) <= _LONGEST_NUMBER:
        yield form


def _name_orders(text: str) -> Iterator[str]:
    """Yield the orders in which lists write a name of several words, if they begin with the family
    name.
    """
    words = text.replace(",", " ").split()
    if len(words) <= _MAX_WORDS:
        for first in range(1, len(words)):
            yield f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def _value_parts(prop: str, text: str) -> Iterator[tuple[str, bool]]:
    """Yield the texts of a value, and whether each text alone shows whom it is about."""
    kind = _TYPES.get(prop, ValueType.TEXT)
    if prop in _NO_VALUES or kind in _GENERAL:
        return
    fields = text.split(SEPARATOR)
    if prop in IDENTIFIER_SET:
        yield fields[0], True
        fields = fields[2:]
    elif prop == ADDRESS:
        yield from ((part, True) for part in fields[:2] if part)
        fields = fields[2:5]
    elif prop == RELATION:
        fields = fields[2:3]
    for part in fields:
        if part:
            yield part, kind in _TELLING or (kind is ValueType.TEXT and len(part) >= _LONG_TEXT)


_NAMES_OF_STORE = ("sources", "feeds", "api_keys", "users")
"""Tables with names that the store needs; a value that is equal to such a name stays."""
_WORD_COLUMNS = frozenset(
    (
        *("kind", "state", "verdict", "outcome", "stage", "agency", "owner", "who", "by", "second"),
        *("sender", "submitted_by", "asked_by", "decided_by", "withdrawn_by", "format"),
        *("asker", "answered_by", "person"),
    )
)
"""Columns whose words control the program or name accounts; a value that is equal to such a word
stays.
"""
_WITHOUT_WORDS = frozenset(("consultations",))
"""Tables whose JSON is emptied as a whole."""


def _other_texts(connection: Connection, ids: Sequence[str]) -> Iterator[str]:
    """Yield the ids and contents of all records except some, many at a time, and names of the
    store.
    """
    erased = set(ids)
    yield "\n".join({*_program_words(connection)})
    for name in _NAMES_OF_STORE:
        table = metadata.tables[name]
        yield "\n".join(
            text for row in connection.execute(select(table)) for text in texts_in(list(row))
        )
    query = select(records.c.record_id, records.c.content).order_by(records.c.number)
    rows = connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    for part in rows.partitions(ROWS_AT_ONCE):
        yield "\n".join(f"{row[0]} {row[1]}" for row in part if row[0] not in erased)


def _program_words(connection: Connection) -> Iterator[str]:
    """Yield words that rows of the store must keep, such as states and names of options."""
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, JSON) and table.name not in _WITHOUT_WORDS:
                query = select(column).execution_options(yield_per=ROWS_AT_ONCE)
                for value in connection.execute(query).scalars():
                    # the keys below are forms of values
                    is_flat = table.name == "hit_verdicts"
                    yield from _option_names(dict.fromkeys(value) if is_flat else value)
            elif isinstance(column.type, Text) and column.name in _WORD_COLUMNS:
                words = connection.execute(select(column).distinct()).scalars()
                yield from filter(None, words)


def _option_names(value: Any) -> Iterator[str]:
    """Yield the keys in JSON that look like names of the program."""
    if isinstance(value, Mapping):
        yield from (key for key in value if key.isascii() and key.isidentifier() and key.islower())
    items = value.values() if isinstance(value, Mapping) else value
    for item in items if isinstance(value, (Mapping, list)) else ():
        yield from _option_names(item)


def stated_values(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the id, property and text of the values in all versions of some records."""
    query = select(records.c.record_id, records.c.content)
    is_one = is_among(connection, records.c.record_id, ids)
    for record_id, content in connection.execute(query.where(is_one)):
        yield from ((record_id, row[0], row[1]) for row in orjson.loads(content))


def _kept_texts(connection: Connection, ids: Sequence[str], is_erased: IsErased) -> Iterator[str]:
    """Yield the contents of all versions of some records, without the erased values."""
    query = select(records.c.record_id, records.c.content)
    is_one = is_among(connection, records.c.record_id, ids)
    for record_id, content in connection.execute(query.where(is_one)):
        yield f"{record_id} {kept_content(record_id, content, is_erased)}"


def kept_content(record_id: str, content: str, is_erased: IsErased) -> str:
    """Return the content of a version of a record without the erased values."""
    rows = [row for row in orjson.loads(content) if not is_erased(record_id, row[0], row[1])]
    return orjson.dumps(rows).decode()


def _find_shared(
    texts: Sequence[str], numbers: Sequence[str], others: Iterable[str]
) -> tuple[set[str], set[str]]:
    """Return the texts that other texts contain, in any case, and the numbers that they contain in
    any spelling.
    """
    texts_of: dict[bytes, list[str]] = {}
    for text in texts:
        form = _json_text(text).lower().encode("utf-8", "surrogatepass")
        texts_of.setdefault(form, []).append(text)
    finder, number_finder = ByteFinder(texts_of), ByteFinder({row.encode() for row in numbers})
    shared, shared_numbers = set[str](), set[str]()
    for chunk in others:
        data = chunk.lower().encode("utf-8", "surrogatepass")
        for form in finder.find(data):
            shared.update(texts_of[form])
        if numbers:
            spelled = number_finder.find(data.translate(None, _GAPS.encode()))
            shared_numbers.update(form.decode() for form in spelled)
    return shared, shared_numbers


def _json_text(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


@dataclass(frozen=True, slots=True)
class ErasedWords:
    """Texts to be found as whole words in any case, but not within the id of another record."""

    pattern: re.Pattern[str]

    @classmethod
    def of(
        cls,
        connection: Connection,
        ids: Sequence[str],
        texts: Sequence[str],
        numbers: Sequence[str] = (),
    ) -> ErasedWords:
        """Return the texts with which records are erased. `ids`: the ids of all these records.
        `numbers`: numbers that are found in every spelling.
        """
        erased, is_part = {*ids}, _pattern(_any_of(ids))
        stored = connection.execute(select(records.c.record_id).distinct()).scalars()
        longer = [row for row in stored if is_part.search(row) and row not in erased]
        gap = f"[{re.escape(_GAPS)}]{{0,2}}"
        # of a telephone number, the code of the country may follow two zeros
        spelled = "|".join(f"(?:00)?{gap}{gap.join(map(re.escape, form))}" for form in numbers)
        spelled = spelled or "(?!)"
        return cls(_pattern(f"(?P<longer>{_any_of(longer)})|{_any_of(texts)}|{spelled}"))

    def find(self, text: str) -> set[str]:
        """Return the texts that `text` contains, as `text` writes them."""
        found = self.pattern.finditer(text)
        return {match[0] for match in found if match.lastgroup is None}

    def are_in(self, value: Any) -> bool:
        """Return whether a value of a column holds one of the texts."""
        return any(map(self.find, texts_in(value)))

    def replace(self, text: str) -> str:
        """Return `text` without the erased texts in it."""
        return self.pattern.sub(lambda match: match[0] if match.lastgroup else _ERASED, text)


def _pattern(parts: str) -> re.Pattern[str]:
    """Return a pattern that finds any of some alternatives as a whole word, in any case. Names of
    files join words by `_`, so it ends a word.
    """
    return re.compile(rf"(?<![^\W_])(?:{parts})(?![^\W_])", re.IGNORECASE)


def _any_of(texts: Iterable[str]) -> str:
    """Return a pattern of some texts, the longest first; it finds nothing if there is none."""
    return _alternatives(sorted({*texts}, key=lambda text: (-len(text), text)), 0) or "(?!)"


def _alternatives(texts: Sequence[str], first: int) -> str:
    """Return a pattern of the ends of some texts, the longest first.

    Many texts are grouped by their next character, so that a word need not be compared with each
    text.
    """
    if first == _GROUPED or len(texts) < _FEW:
        return "|".join(re.escape(text[first:]) for text in texts)
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(text[first : first + 1].lower(), []).append(text)
    ended = groups.pop("", None)
    parts = [
        f"{re.escape(some[0][first])}(?:{_alternatives(some, first + 1)})"
        for some in groups.values()
    ]
    return "|".join([*parts, ""] if ended else parts)


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts in a value of a column, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts_in(key)
            yield from texts_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts_in(item)


def text_columns(table: Table) -> list[Any]:
    """Return the columns of a table that hold texts, in JSON as well."""
    return [column for column in table.c if isinstance(column.type, (Text, JSON))]


_ID = re.compile(r"e-[a-z2-7]{20}|[\w.-]+:\S{1,400}")


def find_events(
    connection: Connection, values: ErasedValues
) -> tuple[dict[str, list[str]], list[int]]:
    """Return the audit events whose query or answer holds a text, or asks for all words of a name
    in any order: number of the event → ids of other records and of entities that the event has
    shown. Return also the numbers of events whose purpose does so and can be erased.
    """
    erased = ErasedWords.of(connection, values.ids, values.rewritten, values.numbers)
    others, about = (ErasedWords.of(connection, (), rows) for rows in (values.others, values.about))
    of_person = [_words(text) for text in values.about if text not in values.ids]
    names: dict[str, list[frozenset[str]]] = {}
    for text in values.texts:
        if len(name := _words(text)) > 1:
            # by the longest of its words, so that an event need not be compared with each name
            names.setdefault(max(name, key=len), []).append(name)
    columns = audit_events.c

    def is_about(texts: list[str]) -> bool:
        words = _words(" ".join(texts)) if names else frozenset()
        is_asked = any(name <= words for word in words for name in names.get(word, ()))
        if is_asked or erased.are_in(texts):
            return True
        if not values.about or not others.are_in(texts):
            return False
        words = _words(" ".join(texts))
        return about.are_in(texts) or any(name <= words for name in of_person)

    purpose = case((columns.content.startswith(TWO_DIGESTS), columns.purpose), else_="")
    query = select(columns.number, purpose, columns.query, columns.answer).where(
        columns.salt != "", columns.action.not_in((RETENTION, ERASURE))
    )
    events, purposes = {}, []
    # few purposes are given for many look-ups
    is_about_purpose = lru_cache(ROWS_AT_ONCE)(lambda text: is_about([text]))
    rows = connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    for number, stated, asked, answer in rows:
        answered = [*texts_in(answer)]
        if is_about([*texts_in(asked), *answered]):
            ids = {text for text in answered if _ID.fullmatch(text) and not erased.find(text)}
            events[str(number)] = sorted(ids)
        if stated and is_about_purpose(stated):
            purposes.append(number)
    return events, purposes


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))


def search_forms(text: str) -> list[bytes]:
    """Return the bytes by which files and databases may hold a text."""
    forms = {text, text.lower(), text.upper(), json.dumps(text)[1:-1], _json_text(text)}
    # as in pages and XML (with three spellings of the quotes), and as in tables
    page = html.escape(text)
    forms |= {page, html.escape(text, quote=False), text.replace('"', '""')}
    forms |= {
        page.replace("&#x27;", mark).replace("&quot;", quote)
        for mark, quote in (("&#39;", "&#34;"), ("&#39;", "&quot;"), ("&apos;", "&quot;"))
    }
    encoded = {form.encode("utf-8", "replace") for form in forms}
    for encoding in ("cp1252", "cp1251", "utf-16-le", "utf-16-be"):
        with suppress(UnicodeEncodeError):
            other = text.encode(encoding)
            encoded |= {other} if len(other) >= MIN_BYTES else set()
    return sorted(encoded)


class SpelledNumbers:
    """Finds numbers in the bytes of files in every spelling, in ASCII letters or in UTF-16."""

    def __init__(self, numbers: Sequence[str]) -> None:
        self._finder = ByteFinder({form.encode() for form in numbers})
        self.most_bytes = 8 * max(map(len, numbers), default=0)
        """Number of bytes that no spelling exceeds."""

    def find(self, data: bytes) -> Iterator[str]:
        """Yield the numbers that occur in some bytes, but not as a part of a longer number."""
        lowered = data.lower()
        gaps = _GAPS.encode() + b"\0"
        gap = b"[%b]{0,5}" % re.escape(gaps)
        for form in self._finder.find(lowered.translate(None, gaps)):
            spelled = gap.join(re.escape(form[at : at + 1]) for at in range(len(form)))
            ends = rb"(?<![a-z0-9.])(?<![a-z0-9.]\0)(?:0\0?0%b)?%b(?!\0?[a-z0-9])"
            if re.search(ends % (gap, spelled), lowered):
                yield form.decode()


class ByteFinder:
    """Finds out which of many forms a part of a file may hold, in one pass over its bytes.

    A form is not looked for if its first four bytes do not occur in the part.
    """

    def __init__(self, forms: Iterable[bytes]) -> None:
        self._short: list[bytes] = []
        self._forms: dict[int, list[bytes]] = {}
        for form in forms:
            if len(form) < _START:
                self._short.append(form)
            else:
                start = int.from_bytes(form[:_START], "little")
                self._forms.setdefault(start, []).append(form)
        self._is_start = np.zeros(1 << 16, dtype=bool)
        self._is_start[_fold(np.array(list(self._forms), dtype=np.uint32))] = True

    def find(self, data: bytes) -> Sequence[bytes]:
        """Return the forms that occur in some bytes."""
        found = self._short
        if len(data) >= _START:
            octets = np.frombuffer(data, dtype=np.uint8).astype(np.uint32)
            count = len(octets) - _START + 1
            starts = octets[:count].copy()
            for place in range(1, _START):
                starts |= octets[place : place + count] << np.uint32(8 * place)
            possible = np.unique(starts[self._is_start[_fold(starts)]]).tolist()
            found = [*found, *(form for key in possible for form in self._forms.get(key, ()))]
        return [form for form in found if form in data]


_START = 4


def _fold(starts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return (starts ^ (starts >> np.uint32(16))) & np.uint32(0xFFFF)
