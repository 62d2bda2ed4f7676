"""Rare names: script and spellings, forms of women and sons, frequencies, and growth."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.world import alphabets, asian_lists, spell_name_variants
from resolver.world.alphabets import Spellings
from resolver.world.cultures import CULTURE_NAMES, CULTURES, Culture
from resolver.world.name_lexicon import Dice, Form, Ints, LexiconBuilder, Span, Word, draw_ranks
from resolver.world.name_lists import (
    TailMaker,
    cut_before_accent,
    cut_before_vowels,
    cut_characters,
    cut_devanagari,
    cut_phonemic,
    cut_readings,
    cut_words,
)
from resolver.world.persons import NameSpans, Persons, load_vocabulary, make_persons

RANKS = np.unique(np.geomspace(1_000, 10**9, 400).astype(np.int64))
SCRIPTS = {"Han": "CJK"} | {c.script: c.script.upper() for c in CULTURES if c.script != "Han"}
CLOSED_FAMILIES = {"chinese", "korean", "vietnamese"}


def names_of(culture: str) -> NameSpans:
    return load_vocabulary().names[CULTURE_NAMES.index(culture)]


def spell(words: Ints, form: Form = Form.STANDARD) -> list[str]:
    texts: list[str] = load_vocabulary().lexicon.spell(words, int(form)).to_pylist()
    return texts


def open_spans(names: NameSpans) -> list[Span]:
    spans = {*names.given_name, *names.family, *names.father}
    return [span for span in spans if span.exponent > 1]


@pytest.mark.parametrize("culture", CULTURES, ids=lambda culture: culture.name)
def test_rare_names_have_all_forms_in_their_script(culture: Culture) -> None:
    spans = open_spans(names_of(culture.name))
    assert spans
    for span in spans:
        words = span.start + RANKS
        for form in Form:
            texts = spell(words, form)
            assert all(text and text == text.strip() for text in texts), form
        assert all(text.isascii() and text != text.lower() for text in spell(words))
        assert {unicodedata.name(text[0]).split()[0] for text in spell(words, Form.NATIVE)} == {
            SCRIPTS[culture.script]
        }
        assert load_vocabulary().lexicon.has_native(words).all()


RULES: dict[str, Callable[[str], Spellings]] = {
    "russian": alphabets.spell_russian,
    "ukrainian": alphabets.spell_ukrainian,
    "georgian": alphabets.spell_georgian,
    "armenian": alphabets.spell_armenian,
    "greek": alphabets.spell_greek,
    "chinese": asian_lists.spell_chinese_given,
    "korean": asian_lists.spell_korean_given,
    "indian": asian_lists.spell_devanagari,
    "turkish": lambda name: alphabets.spell_latin(name, "turkish"),
    "spanish": lambda name: alphabets.spell_latin(name, "spanish"),
}


@pytest.mark.parametrize("culture", RULES)
def test_spellings_are_those_of_the_rule(culture: str) -> None:
    words = names_of(culture).given_name[0].start + RANKS
    expected = [RULES[culture](name) for name in spell(words, Form.NATIVE)]
    # A rule may spell letters otherwise on both sides of a cut, as in кс and ге.
    for form, attribute in ((Form.STANDARD, "standard"), (Form.B, "b"), (Form.LOOSE, "loose")):
        same = [
            text == getattr(spellings, attribute)
            for text, spellings in zip(spell(words, form), expected, strict=True)
        ]
        assert np.mean(same) > 0.85, form


def test_equal_ranks_of_women_and_sons_correspond() -> None:
    names = names_of("russian")
    families = [spell(span.start + RANKS, Form.NATIVE) for span in names.family]
    assert families[1] == [alphabets.feminine_family_name(name) for name in families[0]]
    men, women = (spell(span.start + RANKS, Form.NATIVE) for span in names_of("greek").family)
    assert women == [alphabets.feminine_greek_family_name(name) for name in men]
    fathers = spell(names.given_name[0].start + RANKS, Form.NATIVE)
    for span, female in zip(names.father, (False, True), strict=True):
        expected = [
            alphabets.make_patronymic(name, female=female, language="ru") for name in fathers
        ]
        same = np.array(expected) == np.array(spell(span.start + RANKS, Form.NATIVE))
        # Endings of the few names with irregular patronymics keep these.
        assert same.mean() > 0.95


@pytest.mark.parametrize("culture", ["russian", "arabic-levant", "english", "greek"])
def test_some_rare_given_names_have_nicknames(culture: str) -> None:
    words = names_of(culture).given_name[0].start + RANKS
    pairs = list(zip(spell(words), spell(words, Form.PET), strict=True))
    assert 0.15 < np.mean([name != pet for name, pet in pairs]) < 0.5
    assert all(name.startswith(pet) for name, pet in pairs)


def test_name_depends_on_its_rank_only() -> None:
    span = names_of("turkish").family[0]
    single = [spell(np.array([span.start + rank]))[0] for rank in RANKS.tolist()]
    assert spell(span.start + RANKS) == single
    assert spell(span.start + RANKS[::-1]) == single[::-1]
    parts = TailMaker("turkish", RULES["turkish"], cut_before_vowels)
    tails = [parts.make_family(["Demirtaş", "Kaplanoğlu", "Yıldırım"]) for _ in range(2)]
    assert tails[0] == tails[1]


def test_names_are_composed_of_parts_of_listed_names() -> None:
    maker = TailMaker("russian", alphabets.spell_russian, cut_before_vowels)
    names = ["Петренко", "Сидоров", "Иванченко", "Морозов"]
    tail, _ = maker.make_family(names)
    builder = LexiconBuilder()
    words = [Word(alphabets.spell_russian(name)) for name in names]
    span = builder.add(words, 2.0, 1.5, tail)
    lexicon = builder.build()
    assert lexicon.spell(span.start + np.arange(4), int(Form.NATIVE)).to_pylist() == names
    rare = lexicon.spell(span.start + np.arange(4, 6), int(Form.NATIVE)).to_pylist()
    onsets, middles, endings = (
        [parts[Form.NATIVE] or "" for parts in kind]
        for kind in (tail.onsets, [*tail.middles, ("",) * len(Form)], tail.endings)
    )
    assert set(rare) <= set(map("".join, product(onsets, middles, middles, endings)))
    assert lexicon.spell(np.array([-1]), int(Form.NATIVE)).to_pylist() == [None]


@pytest.mark.parametrize(
    ("cut", "name", "pieces"),
    [
        (cut_before_vowels, "Петренко", ["Петр", "енк", "о"]),
        (cut_before_vowels, "Jean-Pierre", ["Jean-P", "ierr", "e"]),
        (cut_before_accent, "Παπαδόπουλος", ["Παπ", "αδ", "όπουλος"]),
        (cut_phonemic, "al-xaTIb", ["al-x", "aT", "Ib"]),
        (cut_devanagari, "राजकुमारी", ["रा", "जकु", "मा", "री"]),
        (cut_characters, "민준", ["민", "준"]),
        (cut_readings, "山ヤマ田ダ", ["山ヤマ", "田ダ"]),
        (cut_words, "Thanh Hương", ["Thanh", " Hương"]),
    ],
)
def test_cuts(cut: Callable[[str], list[int]], name: str, pieces: list[str]) -> None:
    edges = [0, *cut(name), len(name)]
    assert "".join(pieces) == name
    parts = [name[start:end] for start, end in pairwise(edges)]
    # Onsets have two letters where the name permits.
    assert parts in (pieces, ["".join(pieces[:2]), *pieces[2:]])


@settings(deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.floats(0.5, 300), st.floats(1.2, 3))
def test_open_ranks_are_in_their_span(u: float, flat: float, exponent: float) -> None:
    rank = int(draw_ranks(np.array([u]), 100, flat, exponent)[0])
    assert 0 <= rank < 1 << 40


def test_ranks_follow_the_law() -> None:
    flat, exponent = 20.0, 1.5
    ranks = draw_ranks(Dice(1, "law").uniform(200_000), 100, flat, exponent)
    for limit in (1, 10, 100, 10_000):
        expected = 1 - (1 + limit / flat) ** (1 - exponent)
        assert np.mean(ranks < limit) == pytest.approx(expected, abs=0.006)


@pytest.fixture(scope="module")
def persons() -> Persons:
    return make_persons(Dice(1, "growth"), 60_000)


@pytest.mark.parametrize(
    ("part", "slowest", "fastest"), [("family", 0.55, 0.8), ("given_name", 0.45, 0.7)]
)
def test_distinct_names_grow_with_the_world(
    persons: Persons, part: str, slowest: float, fastest: float
) -> None:
    words = getattr(persons, part)
    few, many = (len({text for text in spell(words[:count]) if text}) for count in (6_000, 60_000))
    assert slowest < np.log10(many / few) < fastest


@pytest.mark.parametrize("culture", CULTURE_NAMES)
def test_listed_names_are_the_frequent_ones(culture: str) -> None:
    persons = make_persons(Dice(1, culture), 30_000, CULTURE_NAMES.index(culture), pairs=False)
    men, names = persons.male & (persons.family >= 0), names_of(culture)
    for span, words in (
        (names.given_name[0], persons.given_name[men]),
        (names.family[0], persons.family[men]),
    ):
        ranks = words - span.start
        counts = np.bincount(ranks[ranks < span.size], minlength=span.size)
        edges = (0, span.size // 10, span.size // 2, span.size)
        averages = [counts[start:end].mean() for start, end in pairwise(edges)]
        assert averages == sorted(averages, reverse=True)
        is_closed = culture in CLOSED_FAMILIES and span == names.family[0]
        assert (counts.sum() == len(ranks)) == is_closed
        assert counts.sum() > 0.6 * len(ranks)


def test_commonest_family_names_have_realistic_shares() -> None:
    def share(culture: str) -> float:
        """Return the share of the commonest family name."""
        persons = make_persons(Dice(1, "top"), 20_000, CULTURE_NAMES.index(culture), pairs=False)
        families = persons.family[persons.male & (persons.family >= 0)]
        return float(np.unique(families, return_counts=True)[1].max() / len(families))

    for culture in ("russian", "ukrainian", "turkish", "english", "french", "german", "greek"):
        assert 0.005 < share(culture) < 0.024, culture
    for culture in ("chinese", "korean"):
        assert 0.05 < share(culture) < 0.25, culture
    assert 0.25 < share("vietnamese") < 0.35


def test_rare_names_have_other_romanizations() -> None:
    for culture in ("russian", "arabic-levant", "greek", "korean", "persian"):
        words = names_of(culture).given_name[0].start + RANKS
        differs = [a != b for a, b in zip(spell(words), spell(words, Form.LOOSE), strict=True)]
        assert np.mean(differs) > 0.2, culture
    variants = spell_name_variants("russian", 300, seed=2)
    assert np.mean([len(forms) >= 4 for forms in variants]) > 0.8
