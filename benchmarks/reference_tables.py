"""Write the tables in `resolver/data` from `rigour`, `followthemoney` and `Faker`.

    python -m benchmarks.reference_tables

The first two bring a package that is compiled where it is installed, and `Faker` takes 25 MB, so
that an installation holds what this writes instead of them. All are in the development extra. The
same versions give the same bytes. Sources and licenses: `resolver/data/README.md`.
"""

from __future__ import annotations

import json
import lzma
import mmap
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import followthemoney
import pyarrow as pa
import rigour._core
from followthemoney.types import registry
from rigour.data.langs.iso639 import ISO3_ALL, ISO3_MAP
from rigour.langs import iso_639_alpha3
from rigour.mime.mappings import REPLACE
from rigour.names import NameTypeTag, analyze_names
from rigour.territories import get_territories
from rigour.territories.lookup import _get_territory_names, _load_territory_names
from rigour.territories.util import normalize_territory_name
from rigour.text.normalize import Normalize, normalize

from benchmarks.generator_names import build_generator_names
from resolver.data import FOLDER
from resolver.reference import lookup_form

_FRAME = b"\x28\xb5\x2f\xfd"
_PHRASE = Normalize.CASEFOLD | Normalize.NAME
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_TERRITORY_FACTS = (
    "code",
    "name",
    "full_name",
    "alpha3",
    "parent",
    "is_ftm",
    "is_historical",
    "qid",
    "other_qids",
    "other_codes",
    "successors",
    "places",
)
Ranges = list[list[int]]
"""First code points of runs of characters with one answer, and the answers."""


def main() -> None:
    """Write all tables."""
    texts = read_texts()
    for name, table in (
        ("characters", build_characters()),
        ("names", build_names(texts)),
        ("territories", build_territories(texts["territories"])),
        ("ftm", build_ftm()),
        ("generator_names", build_generator_names()),
    ):
        (FOLDER / f"{name}.json").write_text(
            json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n",
            encoding="utf-8",
        )
    (FOLDER / "person_names.txt.xz").write_bytes(
        lzma.compress(texts["person_names"], format=lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)
    )


def build_characters() -> dict[str, Any]:
    """Return by question the answers of the library for every character."""
    scripts = ["", *sorted({*filter(None, map(_letter_script, _characters()))})]
    number = {script: place for place, script in enumerate(scripts)}
    return {
        "scripts": scripts,
        "script_of": _ranges(lambda letter: number[_letter_script(letter)]),
        "in_tokens": _ranges(_token_action),
        "in_words": _ranges(_is_word_character),
        "before_names": _ranges(_is_before_names),
        "ascii": dict(filter(None, map(_ascii_form, _characters()))),
    }


def _characters() -> Iterator[str]:
    return (chr(point) for point in range(_LAST + 1) if point not in _SURROGATES)


def _letter_script(letter: str) -> str:
    """Return the script of a letter or digit; empty for other characters."""
    return next(iter(rigour._core.text_scripts(letter)), "")


def _token_action(letter: str) -> int:
    """Return 0 for a character that tokens lose, 1 for one between tokens, 2 for one of a token."""
    tokens: list[str] = rigour._core.tokenize_name(f"a{letter}b", 1)
    return 0 if tokens == ["ab"] else 1 if tokens == ["a", "b"] else 2


def _is_word_character(letter: str) -> int:
    """Return 1 for a character behind which no word begins."""
    answered = rigour._core.extract_org_types(f"x{letter}gmbh", int(Normalize.CASEFOLD), 0, False)
    return int(not answered)


def _ascii_form(letter: str) -> tuple[str, str] | None:
    """Return a letter or sign and its folded form in ASCII; None if it has none of its own."""
    is_syllable = _letter_script(letter) == "Hangul"
    form = rigour._core.maybe_ascii(letter)
    if letter.isascii() or is_syllable or not form.isascii():
        return None
    return letter, form.casefold()


def _is_before_names(letter: str) -> int:
    """Return 1 for a sign that is no part of a name that it begins."""
    names = analyze_names(NameTypeTag.ORG, [f"{letter}x"], symbols=False, phonetics=False)
    return int({name.form for name in names} == {"x"})


def _ranges(answer: Callable[[str], int]) -> Ranges:
    starts, answers = [0], [answer("\0")]
    for point in range(1, _LAST + 1):
        answered = 0 if point in _SURROGATES else answer(chr(point))
        if answered != answers[-1]:
            starts.append(point)
            answers.append(answered)
    return [starts, answers]


def build_names(texts: dict[str, bytes]) -> dict[str, Any]:
    """Return legal forms, phrases of group names with their symbols, and word lists."""
    org_types: list[dict[str, Any]] = json.loads(texts["org_types"])
    symbols: dict[str, dict[str, list[str]]] = json.loads(texts["symbols"])
    ordinals: list[dict[str, Any]] = json.loads(texts["ordinals"])
    stopwords = (_phrase(word) for word in rigour._core.stopwords_list())
    return {
        "version": version("rigour"),
        "legal_forms": _legal_forms(org_types),
        "phrases": _group_phrases(org_types, symbols, ordinals, texts["territories"]),
        "symbols": {
            kind: {key.upper(): forms for key, forms in symbols[kind].items()}
            for kind in ("person_symbols", "person_name_parts", "person_nick")
        },
        "person_prefixes": rigour._core.person_name_prefixes_list(),
        "group_prefixes": rigour._core.org_name_prefixes_list(),
        "stopwords": sorted(filter(None, stopwords)),
    }


def _phrase(text: str) -> str:
    return normalize(text, _PHRASE) or ""


def _fold(text: str | None) -> str:
    return normalize(text, Normalize.CASEFOLD) or ""


def _legal_forms(org_types: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return spelling of a legal form → its form for comparison, perhaps empty."""
    forms: dict[str, str] = {}
    for entry in org_types:
        display = _fold(entry.get("display"))
        compare = entry.get("compare")
        target = display if compare is None else _fold(compare)
        if target or compare == "":
            forms |= {alias: target for alias in map(_fold, entry.get("aliases", ())) if alias}
            if display:
                forms.setdefault(display, target)
    return forms


def _group_phrases(
    org_types: Iterable[dict[str, Any]],
    symbols: dict[str, dict[str, list[str]]],
    ordinals: Iterable[dict[str, Any]],
    territories: bytes,
) -> dict[str, list[list[str]]]:
    """Return phrase of a group's name → its symbols, as pairs of category and id."""
    phrases: dict[str, list[list[str]]] = {}

    def add(text: str, *symbol: str) -> None:
        symbols_of_phrase = phrases.setdefault(_phrase(text), [])
        if list(symbol) not in symbols_of_phrase:
            symbols_of_phrase.append(list(symbol))

    for entry in ordinals:
        for form in entry["forms"]:
            add(form, "NUM", str(entry["number"]))
    for kind, category in (("org_symbols", "SYMBOL"), ("org_domains", "DOMAIN")):
        for key, forms in symbols[kind].items():
            for form in forms:
                add(form, category, key.upper())
    for line in territories.splitlines():
        record = json.loads(line)
        names = [record["name"], record.get("full_name"), *record.get("names_strong", ())]
        for name in filter(None, names):
            add(name, "LOC", record["code"])
    for form, generic in _legal_classes(org_types):
        add(form, "ORGCLS", generic)
    phrases.pop("", None)
    return phrases


def _legal_classes(org_types: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the spellings of legal forms that say of which class a firm is."""
    for entry in org_types:
        if entry.get("generic") is not None:
            spellings = (entry.get("display"), entry.get("compare"), *entry.get("aliases", ()))
            yield from ((spelling, entry["generic"]) for spelling in spellings if spelling)


def build_territories(lines: bytes) -> dict[str, Any]:
    """Return the facts of territories, in the order of the library, and code by normal form."""
    records = [json.loads(line) for line in lines.splitlines() if line]
    facts = [
        {name: record[name] for name in _TERRITORY_FACTS if record.get(name)} for record in records
    ]
    assert {item["code"] for item in facts} == {item.code for item in get_territories()}
    names = {name: territory.code for name, territory in _get_territory_names().items()}
    # letters that only a few old spellings have are transliterated otherwise here
    for _, *spellings in _load_territory_names():
        for name in chain.from_iterable(spellings):
            names.setdefault(lookup_form(name), names[normalize_territory_name(name)])
    return {"version": version("rigour"), "territories": facts, "names": names}


def build_ftm() -> dict[str, Any]:
    """Return schemata, value types and codes of FollowTheMoney."""
    types = {kind.name: kind.max_length for kind in registry.types}
    languages = {
        code: answered if (answered := iso_639_alpha3(code)) in registry.language.codes else ""
        for code in sorted({*ISO3_MAP, *ISO3_ALL})
    }
    return {
        "version": version("followthemoney"),
        "schemata": {schema.name: _schema(schema) for schema in followthemoney.model},
        "max_length": types,
        "topics": registry.topic.names,
        "genders": {
            **{code: code for code in registry.gender.codes},
            **registry.gender.LOOKUP,
        },
        "languages": {
            code: answered
            for code, answered in languages.items()
            if answered or "-" in code or "_" in code
        },
        "media_types": {name: answered or "" for name, answered in REPLACE.items()},
    }


def _schema(schema: Any) -> dict[str, Any]:
    facts = {
        "label": schema.label,
        "schemata": sorted(schema.names),
        "extends": sorted(parent.name for parent in schema.extends),
        "featured": list(schema.featured),
        "properties": {
            name: _property(item)
            for name, item in schema.properties.items()
            if item.schema is schema
        },
        "inherits": {
            name: item.schema.name
            for name, item in schema.properties.items()
            if item.schema is not schema
        },
    }
    if schema.edge:
        facts["edge"] = [schema.edge_source or "", schema.edge_target or ""]
    return facts


def _property(item: Any) -> dict[str, Any]:
    facts = {
        "type": item.type.name,
        "label": item.label,
        "format": item.format,
        "reverse": item.reverse.name if item.reverse is not None else None,
        "stub": bool(item.stub),
        "hidden": bool(item.hidden),
    }
    return {name: value for name, value in facts.items() if value}


def read_texts() -> dict[str, bytes]:
    """Return the texts inside the library's module by what they hold. Raises `KeyError`."""
    texts: dict[str, bytes] = {}
    for text in _unpack_texts():
        if b" => Q" in text[:1000]:
            texts["person_names"] = text
        elif b'"org_domains"' in text[:1000]:
            texts["symbols"] = text
        elif text[:1] == b"[" and b'"forms"' in text[:1000]:
            texts["ordinals"] = text
        elif text[:1] == b"[" and b'"aliases"' in text[:1000]:
            texts["org_types"] = text
        elif b'"full_name"' in text[:1000]:
            texts["territories"] = text
    return {
        name: texts[name]
        for name in ("person_names", "symbols", "ordinals", "org_types", "territories")
    }


def _unpack_texts() -> Iterator[bytes]:
    path = Path(rigour._core.__file__)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(_FRAME)
        while at >= 0:
            with suppress(IndexError, OSError):
                frame = data[at : _end(data, at)]
                yield pa.input_stream(pa.BufferReader(frame), compression="zstd").read()
            at = data.find(_FRAME, at + 1)


def _end(data: mmap.mmap, at: int) -> int:
    """Return the end of a Zstandard frame (RFC 8878, 3.1.1). Raises `IndexError` at the end of
    data.
    """
    descriptor = data[at + 4]
    single = descriptor >> 5 & 1
    at += 5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + (single, 2, 4, 8)[descriptor >> 6]
    last = False
    while not last:
        block = int.from_bytes(data[at : at + 3], "little")
        last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        at += 3 + (1 if kind == 1 else size)
        data[at - 1]
    return at + 4 * (descriptor >> 2 & 1)


if __name__ == "__main__":
    main()
