"""Differences in the way a name is written, and the persons to whom each difference can apply.

1. Writing errors in columns of texts.
2. `PersonView` has parts, letters and order of names, and dates, before they become records.
3. The differences change a view. The function `has_…` or `is_…` beside a difference says to which
   persons it applies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.names.typing_errors import MIN_LENGTH, Typo, apply_typo
from resolver.records.properties import BIRTH_DATE, NATIONALITY
from resolver.world import agencies, full_names
from resolver.world.agencies import Columns, DateStyle, NameOrder
from resolver.world.cultures import CULTURES, load_geography
from resolver.world.document_numbers import split_dates
from resolver.world.name_lexicon import Bools, Dice, Form, Ints, is_present, keep_where, make_nulls
from resolver.world.persons import Days, Persons, load_vocabulary

_TYPO_WEIGHTS = (0.22, 0.16, 0.2, 0.16, 0.12, 0.1, 0.04)
"""Shares of the kinds of errors, in the order of `Typo`; nothing is inserted."""


def _change_text(text: str, kind: Typo, u: float) -> str:
    """Apply a typo; if the typo changes nothing, leave out a letter."""
    changed = apply_typo(text, kind, u)
    return changed if changed != text else apply_typo(text, Typo.OMITTED, u)


def add_typos(dice: Dice, texts: pa.Array, mask: Bools) -> pa.Array:
    """Apply one typo to each non-null text selected by `mask`."""
    rows = np.flatnonzero(mask & is_present(texts))
    kinds = dice.choose(len(rows), _TYPO_WEIGHTS).tolist()
    places = dice.uniform(len(rows)).tolist()
    changed = [
        _change_text(text, Typo(kind), u)
        for text, kind, u in zip(texts.take(pa.array(rows)).to_pylist(), kinds, places, strict=True)
    ]
    return replace_rows(texts, rows, changed)


def replace_rows(texts: pa.Array, rows: np.ndarray, new: Sequence[str]) -> pa.Array:
    """Replace the texts in `rows` (ascending)."""
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    return pa.compute.replace_with_mask(texts, pa.array(mask), pa.array(new, pa.string()))


@dataclass(frozen=True, slots=True)
class PersonView:
    """View of n persons, as one side of pairs writes them.

    `forms` has the `Form` of each name part. `edit_texts` is a change of the finished texts.
    `width` is the longest name in characters; 0 means no limit.
    """

    parts: full_names.NameParts
    forms: dict[str, Ints]
    native: Bools
    culture: Ints
    order: Ints
    dates: agencies.WrittenDates
    city: Ints
    country: Ints
    male: Bools
    edit_texts: Callable[[full_names.NameTexts], full_names.NameTexts] | None = None
    width: int = 0


Eligible = Callable[[Persons, PersonView], Bools]
"""Selects the persons for whom a change is possible."""
Change = Callable[[Dice, Persons, PersonView], tuple[PersonView, PersonView]]
"""Makes the two sides of a pair from a view."""


def uniform_forms(form: Form, count: int) -> dict[str, Ints]:
    """Return the same form for all parts of `count` names, except titles."""
    plain = np.full(count, int(Form.STANDARD), dtype=np.int64)
    return {
        part: plain if part in ("title", "son_of") else np.full(count, int(form), dtype=np.int64)
        for part in full_names.PARTS
    }


def drop_parts(parts: full_names.NameParts, *left_out: str) -> full_names.NameParts:
    """Return the names without some of their parts."""
    return replace(
        parts, **{part: np.full(len(parts.given_name), -1, dtype=np.int64) for part in left_out}
    )


def make_plain_view(persons: Persons, rows: Ints) -> PersonView:
    """Make a view without errors: the spelling of the passport, the full name, and the exact
    date.
    """
    count = len(rows)
    return PersonView(
        parts=drop_parts(full_names.select_parts(persons, rows), "title", "son_of"),
        forms=uniform_forms(Form.STANDARD, count),
        native=np.zeros(count, dtype=bool),
        culture=persons.culture[rows],
        order=np.full(count, int(NameOrder.GIVEN_FIRST), dtype=np.int64),
        dates=exact_dates(persons.born[rows]),
        city=persons.city[rows],
        country=persons.nation[rows],
        male=persons.male[rows],
    )


def exact_dates(born: Days) -> agencies.WrittenDates:
    """Return complete dates."""
    day, month, year = split_dates(born)
    return agencies.WrittenDates(
        year, month, day, np.zeros(len(born), dtype=bool), np.zeros(len(born), dtype=np.int64)
    )


def spell_names(view: PersonView) -> pa.StringArray:
    """Return the full names of a view."""
    texts = full_names.spell_parts(view.parts, view.forms, view.culture, view.native)
    if view.edit_texts:
        texts = view.edit_texts(texts)
    name = full_names.join_full_names(texts, view.order, view.culture, view.native)
    if view.width:
        name = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(name, 0, view.width))
    return name


def omit_parts(*parts: str) -> Change:
    """Make a change that omits name parts on the right side."""
    return lambda dice, persons, view: (view, replace(view, parts=drop_parts(view.parts, *parts)))


def has_part(part: str) -> Eligible:
    """Select persons with a name part and a family name."""
    return lambda persons, view: np.asarray(
        (getattr(view.parts, part) >= 0) & (view.parts.family >= 0)
    )


def has_middle_name(persons: Persons, view: PersonView) -> Bools:
    """Select persons with a middle name after the given name."""
    first = np.array([culture.middle_first for culture in CULTURES])
    return np.asarray(has_part("middle")(persons, view) & ~first[persons.culture])


def has_family_name(persons: Persons, view: PersonView) -> Bools:
    """Select persons with a family name."""
    return view.parts.family >= 0


def has_other_spelling(form: Form, *parts: str) -> Eligible:
    """Select persons with a part that has another spelling in a form."""

    def possible(persons: Persons, view: PersonView) -> Bools:
        """Select persons by the spellings of the parts."""
        texts = load_vocabulary().lexicon
        differs = np.zeros(len(persons), dtype=bool)
        for part in parts:
            words = getattr(view.parts, part)
            is_other = pc.not_equal(
                texts.spell(words, int(Form.STANDARD)), texts.spell(words, int(form))
            )
            differs |= np.asarray(pc.fill_null(is_other, False))
        return differs

    return possible


def use_form(form: Form, *parts: str) -> Change:
    """Make a change that writes parts in another form."""

    def change(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
        """Write the parts of the right side in the form."""
        return view, replace(
            view,
            forms={**view.forms, **{part: np.full(len(view.culture), int(form)) for part in parts}},
        )

    return change


def romanize_otherwise(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Write the right side in another romanization."""
    forms = np.array([Form.B, Form.C, Form.LOOSE])[dice.integers(len(view.culture), 3)]
    return view, replace(
        view,
        forms={
            part: forms if part not in ("title", "son_of") else view.forms[part]
            for part in full_names.PARTS
        },
    )


def has_several_spellings(persons: Persons, view: PersonView) -> Bools:
    """Select persons whose name differs in all romanizations."""
    tests = [
        has_other_spelling(form, "given_name", "family")(persons, view)
        for form in (Form.B, Form.C, Form.LOOSE)
    ]
    return np.asarray(np.logical_and.reduce(tests))


def add_diacritics(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
    """Write the left side with diacritics."""
    return replace(view, forms=uniform_forms(Form.NATIVE, len(view.culture))), view


def has_diacritics(persons: Persons, view: PersonView) -> Bools:
    """Select persons of Latin script whose name has diacritics."""
    return full_names.latin_cultures()[persons.culture] & has_other_spelling(
        Form.NATIVE, "given_name", "family"
    )(persons, view)


def use_native_script(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Write the right side in the person's own script."""
    return view, replace(view, native=np.ones(len(view.culture), dtype=bool))


def has_native_name(persons: Persons, view: PersonView) -> Bools:
    """Select persons whose name can be written in a script other than Latin."""
    return (
        full_names.has_native_script(view.parts)
        & ~full_names.latin_cultures()[persons.culture]
        & has_family_name(persons, view)
    )


def mistype_name(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
    """Make one typo in the given or family name of the right side."""

    def edit_texts(texts: full_names.NameTexts) -> full_names.NameTexts:
        """Make one typo per name, in a part that is long enough."""
        given_is_short, family_is_short = (
            np.asarray(pc.less(pc.utf8_length(pc.fill_null(text, "")), MIN_LENGTH))
            for text in (texts.given_name, texts.family)
        )
        in_family = given_is_short | (dice.chance(len(view.culture), 0.5) & ~family_is_short)
        return replace(
            texts,
            given_name=add_typos(dice, texts.given_name, ~in_family),
            family=add_typos(dice, texts.family, in_family),
        )

    # In scripts of syllables one character is half a name, so such names get no typo.
    view = replace(view, native=view.native & ~full_names.unspaced_cultures()[view.culture])
    return view, replace(view, edit_texts=edit_texts)


def is_long_enough_for_typo(persons: Persons, view: PersonView) -> Bools:
    """Select persons with a name part of at least `MIN_LENGTH` letters."""
    lengths = [
        pc.utf8_length(load_vocabulary().lexicon.spell(words, int(Form.STANDARD)))
        for words in (view.parts.given_name, view.parts.family)
    ]
    return np.asarray(
        pc.greater_equal(pc.max_element_wise(*lengths), MIN_LENGTH)
    ) & has_family_name(persons, view)


def join_or_split_words(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Join the words of compound names on the right side, or split them at a hyphen."""

    def edit(names: pa.Array) -> pa.Array:
        """Join or split the words of one part of the names."""
        new = [apply_typo(name or "", Typo.JOINED, 0.0) for name in names.to_pylist()]
        return replace_rows(names, np.arange(len(view.culture)), new)

    def edit_texts(texts: full_names.NameTexts) -> full_names.NameTexts:
        """Join or split given and family names."""
        return replace(texts, given_name=edit(texts.given_name), family=edit(texts.family))

    return view, replace(view, edit_texts=edit_texts)


def has_compound_name(persons: Persons, view: PersonView) -> Bools:
    """Select persons with a space or hyphen in given or family name."""
    lexicon = load_vocabulary().lexicon
    is_compound = np.zeros(len(persons), dtype=bool)
    for part in ("given_name", "family"):
        text = lexicon.spell(getattr(view.parts, part), int(Form.STANDARD))
        is_compound |= np.asarray(pc.fill_null(pc.match_substring_regex(text, "[ -]"), False))
    return is_compound & has_family_name(persons, view)


def has_different_names(persons: Persons, view: PersonView) -> Bools:
    """Select persons whose given and family names differ."""
    lexicon = load_vocabulary().lexicon
    texts = [
        lexicon.spell(words, int(Form.STANDARD))
        for words in (view.parts.given_name, view.parts.family)
    ]
    return np.asarray(pc.fill_null(pc.not_equal(*texts), False))


def swap_names(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
    """Swap given and family name on the right side."""

    def edit_texts(texts: full_names.NameTexts) -> full_names.NameTexts:
        """Swap given and family names; drop the father's name."""
        return replace(
            texts,
            given_name=texts.family,
            family=texts.given_name,
            father=make_nulls(len(texts.given_name)),
        )

    # Names written without spaces are never swapped.
    view = replace(view, native=view.native & ~full_names.unspaced_cultures()[view.culture])
    return replace(view, parts=drop_parts(view.parts, "father", "grandfather")), replace(
        view, edit_texts=edit_texts
    )


def truncate_name(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
    """Cut the name on the right side to 16 characters."""
    return view, replace(view, width=16)


def has_long_name(persons: Persons, view: PersonView) -> Bools:
    """Select persons with a name of 19 to 25 characters."""
    length = pc.utf8_length(spell_names(view))
    return np.asarray(pc.and_(pc.greater(length, 18), pc.less(length, 26))) & has_family_name(
        persons, view
    )


def add_title(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
    """Add a title on the right side."""
    return view, replace(view, parts=replace(view.parts, title=persons.title))


def use_maiden_name(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Use the maiden name on the right side."""
    return view, replace(view, parts=replace(view.parts, family=persons.maiden))


def has_maiden_name(persons: Persons, view: PersonView) -> Bools:
    """Select persons whose family name changed by marriage."""
    changed = (persons.maiden >= 0) & (persons.maiden != persons.family)
    return np.asarray(changed & has_family_name(persons, view))


def state_persons(
    dice: Dice,
    view: PersonView,
    shares: Mapping[str, float],
    more: Mapping[str, pa.StringArray] | None = None,
) -> Columns:
    """Return columns with what records state about persons besides names; null if a record states
    nothing.

    `shares` are the shares of the records that state each property; `more` has columns of further
    properties.
    """
    count, geo = len(view.culture), load_geography()
    styles = np.full(count, int(DateStyle.ISO), dtype=np.int64)
    columns = {
        BIRTH_DATE: agencies.format_dates(view.dates, styles),
        "birthPlace": geo.cities.spell(view.city, int(Form.STANDARD)),
        NATIONALITY: geo.codes.take(pa.array(view.country)),
        "gender": pa.array(["male", "female"]).take(pa.array((~view.male).astype(np.int64))),
        **(more or {}),
    }
    return {
        prop: keep_where(columns[prop], dice.chance(count, share)) for prop, share in shares.items()
    }
