"""Mutations of small lists: of their bytes, and of what rows, tags, cells and encodings are."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]
LONG = 60_000
"""Characters of a very long value."""
DEPTH = 20_000
"""Levels of deep nesting."""
_TEXT = rb"[A-Za-z][A-Za-z ]{2,30}"
_BOMB = (
    b"<!DOCTYPE list [<!ENTITY a '"
    + b"ha" * 50
    + b"'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + at, b"&%c;" % (97 + at) * 20) for at in range(8))
    + b"]>"
)


def _place(data: bytes, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def _span(pattern: bytes, data: bytes, rng: random.Random) -> tuple[int, int]:
    """Return the span of any match, or an empty one."""
    spans = [match.span() for match in re.finditer(pattern, data)]
    return rng.choice(spans) if spans else (0, 0)


def _replace(pattern: bytes, data: bytes, rng: random.Random, text: bytes) -> bytes:
    start, end = _span(pattern, data, rng)
    return data[:start] + text + data[end:]


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: _place(data, rng)]


def change_bytes(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(damaged) or 1)
        damaged[at : at + rng.randint(0, 3)] = rng.choice((b"\x00", b"\xff", b'"', b"<", b"{", b""))
    return bytes(damaged)


def swap_pieces(data: bytes, rng: random.Random) -> bytes:
    first, second, third = sorted(_place(data, rng) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def drop_tag(data: bytes, rng: random.Random) -> bytes:
    return _replace(rb"</?\w+[^<>]*>|[\[\]{}]", data, rng, b"")


def double_tag(data: bytes, rng: random.Random) -> bytes:
    start, end = _span(rb"</?\w+[^<>]*>|[\[\]{}]", data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 3)) + data[end:]


def drop_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    del lines[rng.randrange(len(lines)) : rng.choice((None, len(lines) // 2, -1))]
    return b"".join(lines)


def double_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join([*lines[:at], lines[at] * rng.choice((2, 200)), *lines[at:]])


def other_encoding(data: bytes, rng: random.Random) -> bytes:
    encodings = "utf-16 utf-16-be utf-16-le utf-32 cp1251 latin-1 cp037".split()
    return data.decode("utf-8", "replace").encode(rng.choice(encodings), "replace")


def add_byte_order_mark(data: bytes, rng: random.Random) -> bytes:
    marks = (
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        b"\x00\x00\xfe\xff",
    )
    return rng.choice(marks) + data


def other_line_ends(data: bytes, rng: random.Random) -> bytes:
    ends = (b"\r", b"\r\n", b"\n\r", b"\x85", "\u2028".encode(), b"\x0b", b" ", b"")
    return data.replace(b"\r\n", b"\n").replace(b"\n", rng.choice(ends))


def nest_deeply(data: bytes, rng: random.Random) -> bytes:
    start, end = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"(", b")")))
    depth = rng.choice((5, 200, DEPTH))
    return _replace(_TEXT, data, rng, start * depth + rng.choice((b"", b"1")) + end * depth)


def huge_number(data: bytes, rng: random.Random) -> bytes:
    number = rng.choice((b"9" * 30, b"1" * 5_000, b"-1e999", b"1e400", b"NaN", b"0x" + b"f" * 400))
    return _replace(rng.choice((rb"\d+", rb'"[^"\n]*"', _TEXT)), data, rng, number)


def entity_bomb(data: bytes, rng: random.Random) -> bytes:
    file_entity = b'<!DOCTYPE list [<!ENTITY i SYSTEM "file:///etc/hostname">]>'
    head = rng.choice((_BOMB, file_entity))
    name = b"&i;"
    at = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
    changed = _replace(rb"(?<=>)[^<>]+(?=<)", data[at:], rng, name)
    return data[:at] + head + changed


def insert_nul(data: bytes, rng: random.Random) -> bytes:
    return _replace(_TEXT, data, rng, b"A\x00" * rng.choice((1, 2_000)))


def invalid_utf8(data: bytes, rng: random.Random) -> bytes:
    wrong = rng.choice(
        (b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x28", b"\x80" * 300)
    )
    return _replace(_TEXT, data, rng, b"An" + wrong + b"a")


def long_value(data: bytes, rng: random.Random) -> bytes:
    pieces = (
        "a",
        "A ",
        "漢",
        "\ufdfa",
        "e\u0301",
        "; ",
        "(",
        "1 ",
        "a.k.a. ",
        " or ",
        "\u202e",
        "'",
    )
    piece = rng.choice(pieces)
    return _replace(_TEXT, data, rng, (piece * (LONG // len(piece))).encode())


def odd_columns(data: bytes, rng: random.Random) -> bytes:
    sign = rng.choice((b",", b";", b"\t", b'"', b'","', b'":'))
    lines = data.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    change: Callable[[bytes], bytes] = rng.choice(
        (
            lambda line: line.replace(sign, b"", 1),
            lambda line: line.replace(sign, sign * 40),
            lambda line: sign * 5_000 + line,
            lambda line: line.replace(sign, rng.choice((b"|", b":", b"\xa7"))),
        )
    )
    whole = rng.random() < 0.3
    return b"".join(change(line) if whole or line is lines[at] else line for line in lines)


def escape_letters(data: bytes, rng: random.Random) -> bytes:
    escape = rng.choice(
        (b"\\u0000", b"\\ud800", b"&#0;", b"&#xD800;", b"&#x110000;", b"\\", b"&nope;")
    )
    return _replace(_TEXT, data, rng, b"An" + escape)


MUTATIONS: tuple[Mutation, ...] = (
    truncate,
    change_bytes,
    swap_pieces,
    drop_tag,
    double_tag,
    drop_line,
    double_line,
    other_encoding,
    add_byte_order_mark,
    other_line_ends,
    nest_deeply,
    huge_number,
    entity_bomb,
    insert_nul,
    invalid_utf8,
    long_value,
    odd_columns,
    escape_letters,
)


REMOVING = frozenset(("truncate", "swap_pieces", "drop_tag", "drop_line"))
"""Mutations that may remove a whole row, of which nothing can be told afterwards."""


def mutate(data: bytes, number: int) -> tuple[bytes, str]:
    """Return the mutated bytes of a list, and the names of the mutations: one, or up to three."""
    rng = random.Random(number)
    chosen = [MUTATIONS[number % len(MUTATIONS)], *rng.sample(MUTATIONS, rng.choice((0, 0, 1, 2)))]
    for mutation in chosen:
        if data:
            data = mutation(data, rng)
    return data, " ".join(mutation.__name__ for mutation in chosen)
