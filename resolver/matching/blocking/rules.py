"""Blocking rules (`RULES`) and plans (`PLANS`).

1. `name_senses` gives the senses of words: symbols that stand for one name or word in several
   languages. A word of a group's name without a symbol, such as the founder's name, has a sense by
   its consonants, so `Sahak Shipping` and `Keshtirani Sahak` share two senses.
2. Each rule is one documented function from the parts of keys to keys, and one row of `RULES`. Its
   keys depend on one record only. Two records are joined if they share a key under a rule of the
   plan. Reports show the first line of the function's docstring.
3. A plan chooses the rules for a size of data, and the refinements of their keys. The pairs that
   share a common first name and surname grow with the square of the records, so larger plans
   require more of a key. Broad rules find pairs that narrow rules miss, and the prefilter keeps few
   of their pairs. A plan is part of the model: whether two records are compared depends on the plan
   and on them, never on the rest of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.blocking.keys import (
    NO_KEYS,
    KeyParts,
    KeySets,
    RuleKeys,
    cross_keys,
    distinct_keys,
    form_hashes,
    identity_tokens,
    keys_of,
    keys_of_names,
    keys_of_pairs,
    keys_of_table,
    mix,
    sums_within,
    unite_keys,
    years_within,
)
from resolver.names.scripts.sounds import MAX_CODES, lack_latin
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import HashArray, PreparedBatch, Ragged, offsets_of
from resolver.records.prepared.value_flags import TokenFlag
from resolver.runtime.text_hashes import SPELL_FACTOR, SPELL_START, spell

MAX_SENSES = 8
"""Maximum number of symbols that a word may have to join records by them."""
_Bools = npt.NDArray[np.bool_]


class NameSenses(NamedTuple):
    """Names of records with the senses of their words, as names of persons or of groups.

    `names` has the forms of each record, `forms` the tokens of each form, and `senses` the senses
    of each token of each form. If both persons and groups have a form, it has one row for persons
    and another row for groups, so that the keys of a record do not depend on other records.
    """

    names: Ragged
    forms: Ragged
    senses: Ragged


def name_senses(prepared: PreparedBatch, consonants: HashArray) -> NameSenses:
    """Return the senses of the words of all names.

    `consonants` has the hash of the consonants of each token. A word with more than `MAX_SENSES`
    symbols (Muhammad) has no senses; other rules join it by its sound.
    """
    names, tokens = prepared.names, prepared.forms.tokens
    of_groups = (prepared.kinds & int(Kind.GROUP)) != 0
    reading = 2 * names.items.astype(np.int64) + of_groups[names.rows]
    in_use = np.zeros(2 * len(tokens), dtype=np.bool_)
    in_use[reading] = True
    place = np.cumsum(in_use, dtype=np.int32) - 1
    forms = tokens.take(np.flatnonzero(in_use) // 2)
    in_group = (np.flatnonzero(in_use) % 2 == 1)[forms.rows]
    senses = _token_senses(prepared, consonants)
    return NameSenses(
        Ragged(names.offsets, place[reading]),
        forms,
        senses.take(np.where(in_group, forms.items + len(prepared.tokens), forms.items)),
    )


def _token_senses(prepared: PreparedBatch, consonants: HashArray) -> Ragged:
    """Return the senses of each token in names of persons, then in names of groups."""
    symbols, is_word = prepared.tokens.symbols, identity_tokens(prepared)
    count = len(symbols)
    rows, items = _chosen(symbols, is_word & (symbols.counts <= MAX_SENSES))
    single = np.flatnonzero(is_word & (symbols.counts == 0) & (consonants != 0))
    return Ragged.from_rows(
        np.concatenate((rows, rows + count, single + count)),
        np.concatenate((items, items, consonants[single].astype(np.uint32).view(np.int32))),
        2 * count,
    )


def _chosen(ragged: Ragged, mask: _Bools) -> tuple[IntArray, IntArray]:
    """Return rows and items of the rows in a mask."""
    chosen = mask[ragged.rows]
    return ragged.rows[chosen], ragged.items[chosen]


RARE = 7.0
"""Rarity in nats from which a single token joins records: fewer than one bearer in 1,100."""
_WORD_SALT = np.uint64(17)
"""Salt that tells the hashes of single words from the hashes of pairs of words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Blocking rule, for records whose kind shares a bit with `kinds`.

    `is_slow` says that computing its keys takes several times as long as for most rules. The slow
    rules come first for threads that share the rules.
    """

    name: str
    kinds: Kind
    keys: Callable[[KeyParts], KeySets]
    is_slow: bool = False

    @property
    def help(self) -> str:
        """Description of the pairs that the rule joins, in one line."""
        return (self.keys.__doc__ or "").strip().splitlines()[0]


def name_set(parts: KeyParts) -> KeySets:
    """Same words in a name, in any order."""
    return parts.word_sets("text")


def skeleton_set(parts: KeyParts) -> KeySets:
    """Same consonants in all words of a name, in any order: one name in two transliterations."""
    return parts.word_sets("skeleton")


def phonetic_pair(parts: KeyParts) -> KeySets:
    """Two words of a name that sound alike (Metaphone)."""
    return parts.word_pairs("phonetic")


def skeleton_pair(parts: KeyParts) -> KeySets:
    """Two words of a name with the same consonants."""
    return parts.word_pairs("skeleton")


def prefix_pair(parts: KeyParts) -> KeySets:
    """Two words of a name that begin with the same three letters."""
    return parts.word_pairs("prefix", 3)


def suffix_pair(parts: KeyParts) -> KeySets:
    """Two words of a name that end with the same three letters."""
    return parts.word_pairs("suffix", 4)


def rare_token(parts: KeyParts) -> KeySets:
    """Rare word in a name."""
    return _rare(parts, parts.prepared.tokens.hashes)


def rare_phonetic(parts: KeyParts) -> KeySets:
    """Rare word of four letters or more in a name, as it sounds."""
    return _rare(parts, parts.prepared.tokens.phonetic)


def symbol_pair(parts: KeyParts) -> KeySets:
    """Two words of a name that are the same in another language or script."""
    names, forms, senses = name_senses(parts.prepared, parts.codes("skeleton"))
    return keys_of_names(names, keys_of_pairs(forms.offsets, senses, MAX_SENSES))


def cross_script(parts: KeyParts) -> KeySets:
    """Two words with the same consonants in different scripts, or one and the year of birth."""
    sounds = parts.script_sounds()
    offsets, first = sounds.forms.offsets, sounds.first_classes()
    pairs = keys_of_names(sounds.names, keys_of_pairs(offsets, first, MAX_CODES))
    words = KeySets(first.offsets[offsets], mix(first.items.astype(np.uint64), _WORD_SALT))
    by_year = cross_keys(distinct_keys(keys_of_names(sounds.names, words)), parts.years())
    return unite_keys([pairs, by_year])


def token_year(parts: KeyParts) -> KeySets:
    """Word that sounds alike and the same year of birth."""
    return cross_keys(parts.words("phonetic", 3), parts.years())


def skeleton_year(parts: KeyParts) -> KeySets:
    """Word with the same consonants and the same year of birth."""
    return cross_keys(parts.words("skeleton", 3), parts.years())


def birth_day(parts: KeyParts) -> KeySets:
    """Same full date of birth or founding, day and month in either order, 1 January left out."""
    dates = parts.prepared.dates
    full = (
        (dates.day > 0) & (dates.year == dates.last_year) & ~((dates.day == 1) & (dates.month == 1))
    )
    low, high = np.minimum(dates.day, dates.month), np.maximum(dates.day, dates.month)
    number = (
        (dates.year.astype(np.uint64) * np.uint64(10_000))
        + low.astype(np.uint64) * np.uint64(100)
        + high
    )
    days = np.where(full, number, np.uint64(0))
    sides = parts.prepared.births, parts.prepared.starts
    return unite_keys([keys_of_table(side, days) for side in sides])


def word_day(parts: KeyParts) -> KeySets:
    """Word with the same consonants and the same date of birth (day and month in either order)."""
    return cross_keys(parts.words("skeleton", 3), birth_day(parts))


def initials_day(parts: KeyParts) -> KeySets:
    """Two words with the same initials and the same date of birth (day, month in either order)."""
    return cross_keys(parts.initial_pairs(), birth_day(parts))


def place_day(parts: KeyParts) -> KeySets:
    """Same place and the same full date of birth (day and month in either order)."""
    return cross_keys(parts.place_words(), birth_day(parts))


def pair_month_day(parts: KeyParts) -> KeySets:
    """Two words that sound alike and the same day and month of birth, whatever the year."""
    return cross_keys(parts.word_pairs("phonetic"), parts.month_days())


def token_month_day(parts: KeyParts) -> KeySets:
    """Word with the same consonants, same day and month of birth, no January and no firsts."""
    return cross_keys(parts.words("skeleton", 3), parts.month_days(strict=True))


def suffix_month_day(parts: KeyParts) -> KeySets:
    """Word with the same end and the same day and month of birth, no January and no firsts."""
    return cross_keys(parts.words("suffix", 4), parts.month_days(strict=True))


def token_day(parts: KeyParts) -> KeySets:
    """Word that sounds alike and the same day of birth in any month, firsts of a month left out."""
    dates = parts.prepared.dates
    days = np.where(dates.day > 1, dates.day, 0).astype(np.uint64)
    return cross_keys(
        parts.words("phonetic", 3), distinct_keys(keys_of_table(parts.prepared.births, days))
    )


def place_year(parts: KeyParts) -> KeySets:
    """Same place and the same year of birth."""
    return cross_keys(parts.place_words(), parts.years())


def place_month_day(parts: KeyParts) -> KeySets:
    """Same place and the same day and month of birth, 1 January left out."""
    return cross_keys(parts.place_words(), parts.month_days())


def name_place(parts: KeyParts) -> KeySets:
    """Same words in a name and the same place of birth or address."""
    return cross_keys(parts.word_sets("text"), parts.place_words())


def token_place(parts: KeyParts) -> KeySets:
    """Word with the same consonants and the same place of birth or address."""
    return cross_keys(parts.words("skeleton", 3), parts.place_words())


def prefix_place(parts: KeyParts) -> KeySets:
    """Word with the same beginning and the same place of birth or address."""
    return cross_keys(parts.words("prefix", 3), parts.place_words())


def suffix_place(parts: KeyParts) -> KeySets:
    """Word with the same end and the same place of birth or address."""
    return cross_keys(parts.words("suffix", 4), parts.place_words())


def symbol_place(parts: KeyParts) -> KeySets:
    """Word that is the same name in another language or its nickname, and the same place."""
    return cross_keys(parts.symbols(), parts.place_words())


def address_initial(parts: KeyParts) -> KeySets:
    """Same address of two words or more and a word that begins with the same letter."""
    table = parts.prepared.address_table
    words = sums_within(
        distinct_keys(KeySets(table.local.offsets, table.token_hashes[table.local.items]))
    ).hashes
    whole = np.where(table.local.counts > 1, words, np.uint64(0))
    return cross_keys(
        parts.initials(), distinct_keys(keys_of_table(parts.prepared.addresses, whole))
    )


def identifier(parts: KeyParts) -> KeySets:
    """Same document, tax or registration number, unless it is known to be used by many."""
    table = parts.prepared.identifier_table
    return keys_of_table(
        parts.prepared.identifiers, np.where(table.mass_used == 0, table.number, np.uint64(0))
    )


def contact(parts: KeyParts) -> KeySets:
    """Same phone number or e-mail address."""
    columns = parts.prepared.plain["phone"], parts.prepared.plain["email"]
    return unite_keys([keys_of_table(ragged, table.hashes) for ragged, table in columns])


def mailbox(parts: KeyParts) -> KeySets:
    """Same e-mail address up to its host, of three letters or more."""
    ragged, table = parts.prepared.plain["email"]
    boxes = [text.partition("@")[0] for text in table.texts.tolist()]
    hashes = np.fromiter(
        (spell(box) if len(box) > 2 else 0 for box in boxes), dtype=np.uint64, count=len(boxes)
    )
    return keys_of_table(ragged, hashes)


def acronym(parts: KeyParts) -> KeySets:
    """Word that is made of the first letters of the other's name."""
    prepared = parts.prepared
    forms = prepared.forms.tokens
    mask = parts.identity()
    longest = int(forms.counts.max()) if len(forms) else 0
    if longest == 0:
        return KeySets(np.zeros(len(prepared) + 1, dtype=np.int32), np.zeros(0, dtype=np.uint64))
    letters = parts.letters()
    initials = _rolling(prepared, np.where(mask, letters.first_letters, 0).astype(np.uint64))
    is_acronym = mask & (letters.lengths >= 3) & (letters.lengths <= 8)
    spelled = np.where(is_acronym, letters.spell_first(8), np.uint64(0))
    counts = np.bincount(forms.rows[mask[forms.items]], minlength=len(forms))
    own = KeySets(
        np.arange(len(forms) + 1, dtype=np.int32), np.where(counts >= 3, initials, np.uint64(0))
    )
    single = form_hashes(prepared, spelled, mask & (spelled != 0))
    is_short = np.repeat(counts <= 2, np.diff(single.offsets))
    single = KeySets(single.offsets, np.where(is_short, single.hashes, np.uint64(0)))
    return keys_of_names(prepared.names, unite_keys([own, single]))


def _rare(parts: KeyParts, hashes: HashArray) -> KeySets:
    """Return codes of rare words of four letters or more, without numbers."""
    prepared = parts.prepared
    mask = parts.identity(4, RARE) & ((prepared.tokens.flags & int(TokenFlag.NUMBER)) == 0)
    return keys_of_names(prepared.names, form_hashes(prepared, hashes, mask))


def _rolling(prepared: PreparedBatch, weights: HashArray) -> HashArray:
    """Return `spell` of the first letters of each form, one token position at a time."""
    forms = prepared.forms.tokens
    value = np.full(len(forms), SPELL_START)
    for position in range(int(forms.counts.max())):
        present = np.flatnonzero(forms.counts > position)
        letter = weights[forms.items[forms.offsets[:-1][present] + position]]
        step = value[present] * SPELL_FACTOR + letter
        value[present] = np.where(letter > 0, step, value[present])
    return value


_NAMED = Kind.PERSON | Kind.GROUP | Kind.ASSET
RULES: tuple[Rule, ...] = (
    Rule("name_set", _NAMED, name_set),
    Rule("skeleton_set", _NAMED, skeleton_set),
    Rule("phonetic_pair", _NAMED, phonetic_pair),
    Rule("skeleton_pair", _NAMED, skeleton_pair),
    Rule("rare_token", Kind.GROUP | Kind.ASSET, rare_token),
    Rule("rare_phonetic", Kind.PERSON, rare_phonetic),
    Rule("symbol_pair", Kind.PERSON | Kind.GROUP, symbol_pair, is_slow=True),
    Rule("token_year", Kind.PERSON, token_year),
    Rule("skeleton_year", Kind.PERSON, skeleton_year),
    Rule("birth_day", Kind.PERSON | Kind.GROUP, birth_day),
    Rule("word_day", Kind.PERSON | Kind.GROUP, word_day),
    Rule("initials_day", Kind.PERSON, initials_day),
    Rule("place_day", Kind.PERSON, place_day),
    Rule("pair_month_day", Kind.PERSON, pair_month_day),
    Rule("token_month_day", Kind.PERSON, token_month_day),
    Rule("suffix_month_day", Kind.PERSON, suffix_month_day),
    Rule("token_day", Kind.PERSON, token_day),
    Rule("prefix_pair", Kind.PERSON, prefix_pair),
    Rule("suffix_pair", Kind.PERSON, suffix_pair),
    Rule("place_year", Kind.PERSON, place_year),
    Rule("place_month_day", Kind.PERSON, place_month_day),
    Rule("token_place", Kind.PERSON, token_place),
    Rule("prefix_place", Kind.PERSON, prefix_place),
    Rule("suffix_place", Kind.PERSON, suffix_place),
    Rule("symbol_place", Kind.PERSON, symbol_place, is_slow=True),
    Rule("name_place", Kind.PERSON, name_place),
    Rule("address_initial", Kind.PERSON, address_initial),
    Rule("identifier", _NAMED, identifier),
    Rule("contact", _NAMED, contact),
    Rule("mailbox", Kind.PERSON, mailbox),
    Rule("acronym", Kind.GROUP, acronym, is_slow=True),
    Rule("cross_script", Kind.PERSON, cross_script, is_slow=True),
)


def slow_rules_first(rules: Iterable[tuple[int, Rule]]) -> list[tuple[int, Rule]]:
    """Return numbered rules in the order in which threads finish them soonest."""
    return sorted(rules, key=lambda rule: (not rule[1].is_slow, -rule[0]))


NONE, YEAR, DAY, OTHER_SCRIPT = "", "year", "day", "other script"


@dataclass(frozen=True, slots=True)
class Plan:
    """Named choice of rules, each with the refinement of its keys (`NONE`, `YEAR` …)."""

    name: str
    max_records: int
    """Maximum number of records for which the plan is the default."""
    rules: Mapping[str, str]
    min_score: int | None = None
    """Minimum prefilter score of two persons that are compared; None compares all pairs."""


_SMALL: dict[str, str] = {
    "name_set": NONE,
    "skeleton_set": NONE,
    "phonetic_pair": NONE,
    "skeleton_pair": NONE,
    "rare_token": NONE,
    "rare_phonetic": NONE,
    "symbol_pair": NONE,
    "token_year": NONE,
    "skeleton_year": NONE,
    "birth_day": NONE,
    "pair_month_day": NONE,
    "token_month_day": NONE,
    "suffix_month_day": NONE,
    "token_day": NONE,
    "prefix_pair": NONE,
    "suffix_pair": NONE,
    "place_year": NONE,
    "place_month_day": NONE,
    "token_place": NONE,
    "prefix_place": NONE,
    "suffix_place": NONE,
    "symbol_place": NONE,
    "address_initial": NONE,
    "identifier": NONE,
    "contact": NONE,
    "mailbox": NONE,
    "acronym": NONE,
    "cross_script": OTHER_SCRIPT,
}
PLANS: tuple[Plan, ...] = (
    # XS has the keys of S. Its prefilter keeps more pairs, which costs little for few records. It
    # has its own prior, since people in a small population who agree are seldom strangers.
    Plan("XS", 10_000, _SMALL, min_score=-40),
    Plan("S", 100_000, _SMALL, min_score=-20),
    Plan(
        "M",
        2_000_000,
        {
            "name_set": YEAR,
            "phonetic_pair": YEAR,
            "skeleton_pair": YEAR,
            "symbol_pair": YEAR,
            "prefix_pair": YEAR,
            "suffix_pair": YEAR,
            "word_day": NONE,
            "initials_day": NONE,
            "place_day": NONE,
            "pair_month_day": NONE,
            "name_place": NONE,
            "identifier": NONE,
            "contact": NONE,
            "acronym": NONE,
        },
        min_score=0,
    ),
    Plan(
        "L",
        2**62,
        {
            "name_set": DAY,
            "phonetic_pair": DAY,
            "word_day": NONE,
            "pair_month_day": YEAR,
            "name_place": YEAR,
            "identifier": NONE,
            "contact": NONE,
        },
        # Among ten million records, most pairs with lower scores are namesakes. They have no birth
        # date and different places, or one birth date and one common word. This limit loses one in
        # 150 matches, and many more pairs that are no matches.
        min_score=60,
    ),
)
PLAN_BY_NAME = {plan.name: plan for plan in PLANS}


def choose_plan_by_size(records: int, *, growing: bool = False) -> Plan:
    """Return the plan for a number of records. If data are `growing`, they never get the smallest
    plan.
    """
    return next(plan for plan in (PLANS[1:] if growing else PLANS) if records <= plan.max_records)


def refinement(prepared: PreparedBatch, kind: str) -> Ragged | None:
    """Return the refinements of each record; None for the kind `NONE`.

    They are years of birth, days of birth, or the record's own name, and never 0. A range or an
    estimate gives each year in which it can lie. A less exact date (no date, no day, a range of
    more than six years) gives no refinement. A record without refinements joins all refinements.
    """
    if kind == NONE:
        return None
    if kind == OTHER_SCRIPT:
        return _own_names(prepared)
    dates, births = prepared.dates, prepared.births
    ranged = dates.last_year - dates.year
    usable = (
        (dates.year > 0) & (ranged < 6)
        if kind == YEAR
        else (dates.day > 0) & (ranged == 0) & (dates.circa == 0)
    )
    chosen = usable[births.items]
    usable_births = Ragged(
        offsets_of(np.bincount(births.rows[chosen], minlength=len(births))), births.items[chosen]
    )
    if kind == YEAR:
        years = years_within(usable_births, dates)
        return Ragged.from_rows(years.rows, years.hashes.astype(np.int32), len(births))
    days = dates.year * 512 + dates.month.astype(np.int32) * 32 + dates.day
    return Ragged.from_rows(usable_births.rows, days[usable_births.items], len(births))


def _own_names(prepared: PreparedBatch) -> Ragged:
    """Return a number for each record's own name; none for records without a Latin name.

    So a record without a Latin name joins all records, and other records only join records of the
    same name.
    """
    rows = np.flatnonzero((prepared.names.counts > 0) & ~lack_latin(prepared))
    if len(rows) == 0:
        return Ragged.empty(len(prepared))
    names = prepared.names.take(rows)
    least = np.minimum.reduceat(prepared.forms.compact[names.items], names.offsets[:-1])
    numbers = (least & np.uint64(0x7FFFFFFF)) | np.uint64(1)
    return Ragged.from_rows(rows.astype(np.int32), numbers.astype(np.int32), len(prepared))


def rule_keys(
    rule: Rule, prepared: PreparedBatch, plan: Plan, number: int, parts: KeyParts | None = None
) -> RuleKeys:
    """Return the keys of one rule under a plan, for records of the rule's kinds.

    `parts` caches the parts of keys that several rules share.
    """
    parts = parts or KeyParts(prepared)
    applies = (prepared.kinds & int(rule.kinds)) != 0
    if not applies.any():
        return NO_KEYS
    hashed = rule.keys(parts)
    if not applies.all():
        hashed = KeySets(
            hashed.offsets, np.where(applies[hashed.rows], hashed.hashes, np.uint64(0))
        )
    kind = plan.rules[rule.name]
    refine = parts.cached(f"refinement {kind}", partial(refinement, prepared, kind))
    return keys_of(hashed, number + 1, refine)
