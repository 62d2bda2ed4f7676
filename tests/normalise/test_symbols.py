"""Symbols of name tokens: the cache file, and the child process that answers like the slow way does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.normalise import symbols
from resolver.normalise.nicknames import form_symbols, levelled, nickname_symbols
from resolver.normalise.symbols import SymbolSource, person_symbols
from resolver.records.prepared import NICKNAME_BIT


def cache_file(folder: Path) -> Path:
    """Where a source keeps its cache in a folder."""
    source = SymbolSource(folder)
    assert source._path is not None
    return source._path


def write(path: Path, *lines: bytes) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def test_known_tokens_need_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(cache_file(tmp_path), b"ivan\t5,7;", "иван\t7;".encode(), b"qqq\t;")
    monkeypatch.setattr(symbols, "_open_child", lambda: pytest.fail("asked for what the cache holds"))
    source = SymbolSource(tmp_path)
    source.start()
    assert source.lookup(["qqq", "иван", "ivan", "ivan"]) == [(), (7,), (5, 7), (5, 7)]


@pytest.mark.parametrize(
    "line",
    [
        b"ivan\t5,7",  # cut short
        b"ivan",
        b"ivan\t",
        b"ivan\t5,,7;",
        b"ivan\tx;",
        "ivan\t²;".encode(),
        b"ivan\t7,5;",
        b"ivan\t5,5;",
        b"ivan\t9999999999;",
        b"iv\xff\xfean\t5;",
        b"\t5;",
        b"\x00\x01\x02",
        b"ivan\t5;7;",
    ],
)
def test_damaged_lines_are_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    write(cache_file(tmp_path), b"anna\t3;", line, b"boris\t4;")
    source = SymbolSource(tmp_path)
    asked: list[list[str]] = []

    def ask(tokens: list[str]) -> list[tuple[int, ...]]:
        asked.append(tokens)
        return [(1,)] * len(tokens)

    monkeypatch.setattr(source, "_ask", ask)
    assert source.lookup(["anna", "ivan", "boris"]) == [(3,), (1,), (4,)]
    assert asked == [["ivan"]]
    # what was learnt is kept, and the damage is gone
    assert SymbolSource(tmp_path).lookup(["anna", "ivan", "boris"]) == [(3,), (1,), (4,)]


def test_sources_that_learn_at_once_lose_nothing_of_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SymbolSource, "_ask", lambda _, tokens: [(len(token),) for token in tokens])
    one, other = SymbolSource(tmp_path), SymbolSource(tmp_path)
    one.lookup(["ivan"])
    other.lookup(["anna", "boris"])
    monkeypatch.setattr(SymbolSource, "_ask", lambda *_: pytest.fail("asked for what the cache holds"))
    assert SymbolSource(tmp_path).lookup(["ivan", "boris", "anna"]) == [(4,), (5,), (4,)]


def test_a_cache_that_is_no_file_or_cannot_be_written_costs_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache_file(tmp_path).mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "file" / "below", None):
        source = SymbolSource(folder)
        monkeypatch.setattr(source, "_ask", lambda tokens: [(2,)] * len(tokens))
        assert source.lookup(["ivan"]) == [(2,)]


def _failing() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit(3)"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _impossible() -> subprocess.Popen[str]:
    raise OSError(12, os.strerror(12))


def _silent() -> subprocess.Popen[str]:
    code = "import sys; sys.stdin.read(); print('1;')"
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("child", [_failing, _impossible, _silent])
def test_without_a_child_the_slow_way_answers(monkeypatch: pytest.MonkeyPatch, child: object) -> None:
    monkeypatch.setattr(symbols, "_open_child", child)
    monkeypatch.setattr(symbols, "person_symbols", lambda tokens: [(9,)] * len(tokens))
    source = SymbolSource(None)
    source.start()
    assert source.lookup(["ivan", "anna"]) == [(9,), (9,)]


@pytest.mark.parametrize("waits", [True, False])
def test_close_ends_the_child(monkeypatch: pytest.MonkeyPatch, waits: bool) -> None:
    started: list[subprocess.Popen[str]] = []

    def child() -> subprocess.Popen[str]:
        started.append(_failing())
        return started[-1]

    monkeypatch.setattr(symbols, "_open_child", child)
    source = SymbolSource(None)
    if waits:
        source.start()
    source.close()
    source.close()
    assert [process.poll() is not None for process in started] == [True] * waits


def test_nicknames_share_a_symbol_that_is_marked_as_such() -> None:
    assert set(nickname_symbols("bill")) & set(nickname_symbols("william"))
    assert not set(nickname_symbols("liz")) & set(nickname_symbols("william"))
    assert not set(nickname_symbols("william")) & set(nickname_symbols("robert"))
    assert not set(nickname_symbols("bill")) & set(nickname_symbols("robert"))
    assert set(nickname_symbols("misha")) & set(nickname_symbols("mikhail"))
    assert set(nickname_symbols("giuseppe")) & set(nickname_symbols("josef"))
    assert nickname_symbols("xyzzy") == ()


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("kolia", "mykola"),
        ("kolja", "nikolaj"),
        ("vania", "ivan"),
        ("zhenia", "yevhen"),
        ("grisha", "grigorii"),
        ("hovik", "hovhannes"),
        ("dato", "davit"),
        ("musti", "mustafa"),
        ("abdi", "abdrahman"),
        ("mamad", "mohammad"),
        ("raju", "rajesh"),
        ("tasos", "anastasios"),
        ("kasia", "katarzyna"),
        ("tunde", "babatunde"),
    ],
)
def test_pet_names_of_many_cultures_are_known_however_they_are_spelt(short: str, name: str) -> None:
    assert set(nickname_symbols(short)) & set(nickname_symbols(name))


def test_names_that_share_a_pet_name_stay_apart() -> None:
    for one, two in (("rajesh", "rajendra"), ("abdrahman", "abdkadir"), ("gebremariam", "gebrehiwot")):
        assert not set(nickname_symbols(one)) & set(nickname_symbols(two))
    # only their spellings would meet: Mitchell is no Michel
    assert not set(nickname_symbols("mitchell")) & set(nickname_symbols("michael"))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_levelling_leaves_a_word(word: str) -> None:
    assert levelled(word)
    assert len(word) > 3 or levelled(word) == word


def test_levelled_spellings_meet_and_other_names_do_not() -> None:
    assert len({levelled(word) for word in ("yevgeny", "evgenii", "evgeniy")}) == 1
    assert len({levelled(word) for word in ("samir", "samira", "amir", "omar", "omari")}) == 5


def test_the_forms_of_a_name_in_kindred_languages_are_no_nicknames() -> None:
    assert set(form_symbols("mykola")) & set(form_symbols("nikolai"))
    assert form_symbols("xyzzy") == ()
    assert all(symbol < NICKNAME_BIT for symbol in form_symbols("mykola"))


def test_nicknames_are_marked_as_such() -> None:
    for token in ("bill", "william", "liz"):
        found = nickname_symbols(token)
        assert found == tuple(sorted(set(found)))
        assert all(NICKNAME_BIT <= symbol < 2**31 for symbol in found)


# The table takes some six seconds and hundreds of megabytes, so one test loads it, and loads it once on either side.
@pytest.mark.slow
@pytest.mark.xdist_group("rigour")
def test_the_child_answers_like_the_process_itself(tmp_path: Path) -> None:
    tokens = ["ivan", "иван", "john", "محمد", "mohammed", "abd al rahman", "xyzzy", "li", "习", "j"]
    wanted = person_symbols(tokens)
    source = SymbolSource(tmp_path)
    source.start()
    assert source.lookup(tokens) == wanted
    assert SymbolSource(tmp_path).lookup(tokens[::-1]) == wanted[::-1]
    ids = dict(zip(tokens, wanted, strict=True))
    assert set(ids["ivan"]) & set(ids["иван"])
    assert set(ids["محمد"]) & set(ids["mohammed"])
    assert ids["xyzzy"] == ()
    assert all(list(found) == sorted(set(found)) and all(0 <= s < NICKNAME_BIT for s in found) for found in wanted)


@pytest.mark.slow
@pytest.mark.xdist_group("rigour")
def test_a_keeper_answers_several_threads_and_its_end_costs_only_time(tmp_path: Path) -> None:
    tokens = ["ivan", "иван", "john", "محمد", "mohammed", "abd al rahman", "xyzzy", "li", "习", "j"]
    source = SymbolSource(tmp_path)
    source.keep()
    try:
        keeper = source._asked
        assert keeper is not None
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(source.lookup, [tokens[place:] for place in range(8)]))
        keeper._child.kill()
        keeper._child.wait()
        wanted = source.lookup(tokens)
    finally:
        source.close()
    assert wanted == person_symbols(tokens)
    assert answers == [wanted[place:] for place in range(8)]
    # what was asked is kept nowhere
    assert list(tmp_path.iterdir()) == []


def test_a_long_running_process_keeps_nothing_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def table(tokens: Sequence[str]) -> list[tuple[int, ...]]:
        asked.append(list(tokens))
        return [(len(token),) for token in tokens]

    def none() -> None:
        raise OSError("no second process")

    monkeypatch.setattr("resolver.normalise.symbols.person_symbols", table)
    monkeypatch.setattr("resolver.normalise.symbols.Asked", none)
    source = SymbolSource(tmp_path)
    source.keep()
    assert source.lookup(["abc", "ab", "abc"]) == [(3,), (2,), (3,)]
    assert source.lookup(["abc"]) == [(3,)]
    # asked each time, within this process
    assert asked == [["ab", "abc"], ["abc"]]
    assert list(tmp_path.iterdir()) == []


def test_what_loads_for_words_that_never_come_is_ended(tmp_path: Path) -> None:
    write(cache_file(tmp_path), b"anna\t3;")
    source = SymbolSource(tmp_path)
    source.start(new_words=True)
    child = source._child
    assert child is not None
    assert source.lookup(["anna"]) == [(3,)]
    source.close()
    assert child.poll() is not None
