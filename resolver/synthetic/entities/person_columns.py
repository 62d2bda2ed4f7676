"""What agencies wrote of persons: one column per thing said, one row per record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic import written_dates
from resolver.synthetic.differences.writing_errors import with_slips
from resolver.synthetic.entities.papers import Papers
from resolver.synthetic.entities.persons import Persons
from resolver.synthetic.geography import geography
from resolver.synthetic.habits import Columns, Habits, country_text
from resolver.synthetic.names import full_names
from resolver.synthetic.names.cultures import CULTURES
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.names.vocabulary import vocabulary
from resolver.synthetic.random_columns import (
    Dice,
    join,
    join_present,
    keep,
    nulls,
    pick,
    present,
)

_BY_FATHER = np.array([culture.by_father for culture in CULTURES])
_MIDDLE_FIRST = np.array([culture.middle_first for culture in CULTURES])
_LATIN_FORMS = np.array([Form.STANDARD, Form.B, Form.C, Form.LOOSE])


def person_columns(
    dice: Dice, persons: Persons, papers: Papers, rows: Ints, habits: Habits
) -> Columns:
    """The columns of n records; `rows` says which person each describes."""
    columns = _name_columns(dice, persons, rows, habits)
    columns |= _life_columns(dice, persons, rows, habits)
    columns |= _paper_columns(dice, persons, papers, rows, habits)
    return columns


def _name_columns(dice: Dice, persons: Persons, rows: Ints, habits: Habits) -> Columns:
    count, culture = len(rows), persons.culture[rows]
    parts = _parts_written(dice, persons, rows, habits)
    native = _writes_native(dice, parts, culture, habits)
    forms = _forms(dice, persons, rows, habits, native)
    texts = full_names.spell(
        parts,
        forms,
        culture,
        native | (full_names.latin_cultures()[culture] & habits.flag("keeps_marks")),
    )
    texts = _slipped(dice, texts, habits.rate("care"))
    order = habits.number("order")
    name = full_names.full(texts, order, culture, native)
    upper = dice.chance(count, habits.rate("upper"))
    splits = habits.flag("parts") & ~native
    width = habits.number("width")
    father = vocabulary().lexicon.spell(
        persons.father_given[rows], habits.number("letters"), ~native
    )
    asked = _BY_FATHER[culture] & dice.chance(count, 0.35 * habits.rate("father"))
    columns = {
        "name": keep(_cut(_cased(name, upper), width), ~splits),
        "firstName": keep(_cut(_cased(texts.given, upper), width), splits),
        "fatherName": pick(asked, _cased(father, upper), keep(_cased(texts.father, upper), splits)),
        "lastName": keep(_cut(_cased(texts.family, upper), width), splits),
        "title": keep(texts.title, splits),
    }
    columns |= _other_names(dice, persons, rows, habits, parts, native, upper)
    columns["alias"] = keep(
        columns["alias"], np.asarray(pc.fill_null(pc.not_equal(columns["alias"], name), True))
    )
    return columns


def _parts_written(dice: Dice, persons: Persons, rows: Ints, habits: Habits) -> full_names.Parts:
    count = len(rows)
    parts = full_names.parts_of(persons, rows)

    def left(words: Ints, part: float | np.ndarray) -> Ints:
        return np.where(dice.chance(count, part), words, -1)

    father = left(parts.father, habits.rate("father"))
    maiden = persons.maiden[rows]
    family = np.where((maiden >= 0) & dice.chance(count, 0.4), maiden, parts.family)
    rest = (parts.middle >= 0) | (father >= 0)
    return replace(
        parts,
        title=left(parts.title, habits.rate("titles")),
        middle=left(
            parts.middle, np.where(_middle_first(persons, rows), 0.92, habits.rate("middle"))
        ),
        father=father,
        son_of=np.where(father >= 0, parts.son_of, -1),
        grandfather=np.where(father >= 0, left(parts.grandfather, 0.6), -1),
        family=np.where(rest & dice.chance(count, 0.015), -1, family),
        second=left(parts.second, habits.rate("second")),
    )


def _middle_first(persons: Persons, rows: Ints) -> Bools:
    return _MIDDLE_FIRST[persons.culture[rows]]


def _writes_native(dice: Dice, parts: full_names.Parts, culture: Ints, habits: Habits) -> Bools:
    """Where the agency writes the name in its own (not Latin) script."""
    scripts = np.array(
        [[c.script in agency.scripts for c in CULTURES] for agency in habits.agencies]
    )
    wants = scripts[habits.agency, culture] & dice.chance(len(culture), 0.85)
    return wants & full_names.writable(parts) & ~full_names.latin_cultures()[culture]


def _forms(
    dice: Dice, persons: Persons, rows: Ints, habits: Habits, native: Bools
) -> dict[str, Ints]:
    """The form of each part: the agency's letters, now and then others, pet names, initials."""
    count, care = len(rows), habits.rate("care")
    letters = habits.number("letters")
    # whoever wrote this record may have copied from a list in other letters
    letters = np.where(dice.chance(count, 0.12), _LATIN_FORMS[dice.below(count, 4)], letters)
    second = native & dice.chance(count, 0.12)

    def own(odd: float) -> Ints:
        form = np.where(dice.chance(count, odd * care), _LATIN_FORMS[dice.below(count, 4)], letters)
        return np.where(second, int(Form.SECOND), form)

    given = np.where(persons.uses_pet[rows] & dice.chance(count, 0.12), int(Form.PET), own(0.06))
    given = np.where(dice.chance(count, 0.006), int(Form.INITIAL), given)
    shortened = habits.flag("initials") & ~_middle_first(persons, rows) & dice.chance(count, 0.8)
    middle = np.where(shortened, int(Form.INITIAL), own(0.06))
    father = np.where(shortened & dice.chance(count, 0.5), int(Form.INITIAL), own(0.05))
    plain = np.full(count, int(Form.STANDARD), dtype=np.int64)
    return {
        "title": plain,
        "given": given,
        "middle": middle,
        "son_of": plain,
        "father": father,
        "grandfather": own(0.05),
        "family": own(0.06),
        "second": own(0.05),
    }


def _slipped(dice: Dice, texts: full_names.Texts, care: np.ndarray) -> full_names.Texts:
    """With typing errors, and now and then given and family name in each other's place."""
    count = len(care)
    given = with_slips(dice, texts.given, dice.chance(count, 0.025 * care))
    family = with_slips(dice, texts.family, dice.chance(count, 0.03 * care))
    father = with_slips(dice, texts.father, dice.chance(count, 0.02 * care))
    swapped = dice.chance(count, 0.012 * care) & present(family) & present(given)
    return replace(
        texts,
        given=pick(swapped, family, given),
        family=pick(swapped, given, family),
        father=father,
    )


def _cased(texts: pa.Array, upper: Bools) -> pa.Array:
    return pick(upper, pc.utf8_upper(texts), texts) if upper.any() else texts


def _cut(texts: pa.Array, width: Ints) -> pa.Array:
    """Texts cut to each record's width, as forms with boxes do."""
    for limit in np.unique(width).tolist():
        if limit < 100:
            shorter = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(texts, 0, limit))
            texts = pick(width == limit, shorter, texts)
    return texts


def _other_names(
    dice: Dice,
    persons: Persons,
    rows: Ints,
    habits: Habits,
    parts: full_names.Parts,
    native: Bools,
    upper: Bools,
) -> Columns:
    count, culture = len(rows), persons.culture[rows]
    latin = full_names.latin_cultures()[culture]
    adds = (
        dice.chance(count, habits.rate("adds_native"))
        & ~native
        & ~latin
        & full_names.writable(parts)
    )
    also = dice.chance(count, 0.16) & ~adds
    lexicon = vocabulary().lexicon
    pet = lexicon.spell(persons.given[rows], np.where(native, int(Form.PET_NATIVE), int(Form.PET)))
    known_by = persons.uses_pet[rows] & dice.chance(
        count, np.where(persons.known_by[rows] == 0, 0.5, 0.12)
    )
    maiden = lexicon.spell(persons.maiden[rows], habits.number("letters"))
    before = join_present([lexicon.spell(persons.given[rows], habits.number("letters")), maiden])
    return {
        "alias": _scattered(
            _cased(
                _written_again(dice, persons, rows, habits, parts, also | native, False),
                upper[also | native],
            ),
            also | native,
            count,
        ),
        "nativeName": _scattered(
            _written_again(dice, persons, rows, habits, parts, adds, True), adds, count
        ),
        "weakAlias": keep(pet, known_by),
        "previousName": keep(before, (persons.maiden[rows] >= 0) & dice.chance(count, 0.3)),
    }


def _written_again(
    dice: Dice,
    persons: Persons,
    rows: Ints,
    habits: Habits,
    parts: full_names.Parts,
    where: Bools,
    native: bool,
) -> pa.Array:
    """The full names of some records once more, in other letters."""
    chosen = np.flatnonzero(where)
    count, culture = len(chosen), persons.culture[rows[chosen]]
    form = (
        np.full(count, int(Form.STANDARD), dtype=np.int64)
        if native
        else _LATIN_FORMS[dice.below(count, 4)]
    )
    texts = full_names.spell(
        parts.take(chosen), dict.fromkeys(full_names.PARTS, form), culture, np.full(count, native)
    )
    return full_names.full(
        replace(texts, title=nulls(count)),
        habits.take(chosen).number("order"),
        culture,
        np.full(count, native),
    )


def _scattered(texts: pa.Array, where: Bools, count: int) -> pa.Array:
    """Texts of the records chosen by `where` in their rows, null elsewhere."""
    place = np.cumsum(where) - 1
    return texts.take(pa.array(place, mask=~where)) if len(texts) else nulls(count)


def _life_columns(dice: Dice, persons: Persons, rows: Ints, habits: Habits) -> Columns:
    count, geo = len(rows), geography()
    written = written_dates.observe(
        dice, persons.born[rows], persons.exact[rows], habits.rate("year_only"), habits.rate("care")
    )
    other = written_dates.observe(
        dice, persons.born[rows], persons.exact[rows], np.full(count, 0.5), np.full(count, 25.0)
    )
    has_date = dice.chance(count, habits.rate("birth_date"))
    city = geo.cities.spell(
        persons.city[rows],
        np.array([Form.STANDARD, Form.STANDARD, Form.B, Form.C])[dice.below(count, 4)],
    )
    country = geo.names.take(pa.array(persons.country[rows]))
    depth = dice.below(count, 4)
    place = pick(depth == 0, country, pick(depth == 1, join([city, country], ", "), city))
    has_place = dice.chance(count, habits.rate("birth_place"))
    dual = persons.other_nationality[rows]
    changed = (dual >= 0) & dice.chance(count, 0.4)
    nationality = np.where(changed, dual, persons.nationality[rows])
    both = (dual >= 0) & ~changed & dice.chance(count, 0.5)
    has_nationality = dice.chance(count, habits.rate("nationality"))
    gender = pa.array(["male", "female"]).take(pa.array((~persons.male[rows]).astype(np.int64)))
    style = habits.number("dates")
    return {
        "birthDate": keep(written_dates.write(written, style), has_date),
        "otherBirthDate": keep(
            written_dates.write(other, style), has_date & dice.chance(count, 0.03)
        ),
        "birthPlace": keep(place, has_place),
        "birthCountry": keep(
            country_text(persons.country[rows], habits),
            dice.chance(count, 0.5 * habits.rate("birth_place")),
        ),
        "nationality": keep(country_text(nationality, habits), has_nationality),
        "otherNationality": keep(country_text(dual, habits), both & has_nationality),
        "gender": keep(gender, dice.chance(count, habits.rate("gender"))),
    }


def _paper_columns(
    dice: Dice, persons: Persons, papers: Papers, rows: Ints, habits: Habits
) -> Columns:
    count = len(rows)
    index = pa.array(rows)
    held = habits.rate("documents")
    old = dice.chance(count, 0.3) & present(papers.old_passport.take(index))
    both = ~old & dice.chance(count, 0.3)
    forged = papers.forges[rows] & dice.chance(count, 0.7)
    shown = pick(old, papers.old_passport.take(index), papers.passport.take(index))
    shown = pick(forged, papers.forged.take(index), shown)
    country = np.where(forged, papers.forged_country[rows], persons.nationality[rows])
    has_passport = dice.chance(count, np.where(forged, np.maximum(held, 0.6), held))
    has_identity = dice.chance(count, 0.8 * held)
    contacts = habits.rate("contacts")
    street = papers.street.take(index)
    town = geography().cities.spell(papers.town[rows], int(Form.STANDARD))
    has_address = dice.chance(count, habits.rate("address"))
    return {
        "passportNumber": keep(
            _digit_wrong(dice, shown, 0.012 * habits.rate("care")), has_passport
        ),
        "passportCountry": keep(geography().codes.take(pa.array(country)), has_passport),
        "passportExpires": keep(
            papers.expires.take(index), has_passport & ~old & dice.chance(count, 0.4)
        ),
        "otherPassport": keep(papers.old_passport.take(index), has_passport & both),
        "idNumber": keep(
            _digit_wrong(dice, papers.identity.take(index), 0.01 * habits.rate("care")),
            has_identity,
        ),
        "idCountry": keep(
            geography().codes.take(pa.array(persons.nationality[rows])), has_identity
        ),
        "phone": keep(papers.phone.take(index), dice.chance(count, contacts)),
        "email": keep(papers.email.take(index), dice.chance(count, 0.6 * contacts)),
        "street": keep(street, has_address & dice.chance(count, 0.8)),
        "city": keep(town, has_address),
        "addressCountry": keep(country_text(persons.residence[rows], habits), has_address),
    }


def _digit_wrong(dice: Dice, numbers: pa.Array, part: np.ndarray) -> pa.Array:
    """The numbers, some with one sign mistyped."""
    rows = np.flatnonzero(dice.chance(len(numbers), part) & present(numbers))
    at, digit = dice.uniform(len(rows)).tolist(), dice.below(len(rows), 10).tolist()
    wrong = []
    for text, u, new in zip(numbers.take(pa.array(rows)).to_pylist(), at, digit, strict=True):
        place = int(u * len(text))
        wrong.append(text[:place] + str(new) + text[place + 1 :])
    mask = np.zeros(len(numbers), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(numbers, pa.array(mask), pa.array(wrong, pa.string()))
