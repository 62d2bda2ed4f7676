"""True persons: traits that twins, fathers and sons, and namesakes share."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.world.cultures import CULTURES, load_geography
from resolver.world.document_numbers import draw_identity_numbers, split_dates
from resolver.world.name_lexicon import Dice, Form, Ints
from resolver.world.persons import (
    FATHER_SON,
    NAMESAKE,
    SIBLING,
    TWIN,
    Persons,
    load_vocabulary,
    make_persons,
)


@pytest.fixture(scope="module")
def persons() -> Persons:
    return make_persons(Dice(1, "test"), 20_000)


def pairs(persons: Persons, bond: int) -> tuple[Ints, Ints]:
    first = np.flatnonzero((persons.bond == bond) & (np.arange(len(persons)) % 2 == 0))
    assert len(first) > 20
    assert np.array_equal(persons.partner[persons.partner[first]], first)
    return first, persons.partner[first]


def family_texts(persons: Persons, rows: Ints) -> list[str | None]:
    texts: list[str | None] = (
        load_vocabulary().lexicon.spell(persons.family[rows], int(Form.STANDARD)).to_pylist()
    )
    return texts


def test_twins_differ_in_given_name_only(persons: Persons) -> None:
    first, second = pairs(persons, TWIN)
    assert np.array_equal(persons.born[first], persons.born[second])
    assert np.array_equal(persons.culture[first], persons.culture[second])
    assert np.array_equal(persons.father_given[first], persons.father_given[second])
    assert (persons.given_name[first] != persons.given_name[second]).all()
    alike = persons.male[first] == persons.male[second]
    assert family_texts(persons, first[alike]) == family_texts(persons, second[alike])


def test_siblings_have_different_birthdays(persons: Persons) -> None:
    first, second = pairs(persons, SIBLING)
    assert (persons.born[first] != persons.born[second]).mean() > 0.95
    assert np.array_equal(persons.father_given[first], persons.father_given[second])


def test_fathers_and_sons_differ_in_age(persons: Persons) -> None:
    father, son = pairs(persons, FATHER_SON)
    assert persons.male[father].all()
    assert persons.male[son].all()
    assert np.array_equal(persons.given_name[father], persons.given_name[son])
    assert family_texts(persons, father) == family_texts(persons, son)
    assert np.array_equal(persons.father_given[son], persons.given_name[father])
    years = (persons.born[son] - persons.born[father]).astype(np.int64) / 365.25
    assert years.min() > 18
    assert years.max() < 40


def test_namesakes_share_name_and_year(persons: Persons) -> None:
    first, second = pairs(persons, NAMESAKE)
    assert np.array_equal(persons.given_name[first], persons.given_name[second])
    assert family_texts(persons, first) == family_texts(persons, second)
    years = [split_dates(persons.born[rows])[2] for rows in (first, second)]
    assert np.array_equal(years[0], years[1])
    assert (persons.born[first] != persons.born[second]).mean() > 0.95


def test_women_have_feminine_forms() -> None:
    russian = next(place for place, culture in enumerate(CULTURES) if culture.name == "russian")
    persons = make_persons(Dice(1, "women"), 400, russian, pairs=False)
    lexicon = load_vocabulary().lexicon
    families = lexicon.spell(persons.family, int(Form.NATIVE)).to_pylist()
    fathers = lexicon.spell(persons.father, int(Form.NATIVE)).to_pylist()
    for male, family, father in zip(persons.male.tolist(), families, fathers, strict=True):
        assert (
            family.endswith("а")
            or family.endswith("ая")
            or male
            or not family.endswith(("ов", "ев", "ин"))
        )
        assert father is None or father.endswith("ч" if male else "на")


def test_common_names_are_common(persons: Persons) -> None:
    chinese = next(place for place, culture in enumerate(CULTURES) if culture.name == "chinese")
    families = persons.family[persons.culture == chinese]
    assert 0.05 < np.bincount(families - families.min()).max() / len(families) < 0.2


def test_check_digits_are_valid(persons: Persons) -> None:
    from stdnum.cn import ric
    from stdnum.es import dni
    from stdnum.fr import nir
    from stdnum.kr import rrn
    from stdnum.pk import cnic
    from stdnum.si import emso
    from stdnum.tr import tckimlik

    dice, geo = Dice(1, "papers"), load_geography()
    rules = {"es": dni, "fr": nir, "kr": rrn, "pk": cnic, "rs": emso, "tr": tckimlik}
    for code, rule in rules.items():
        countries = np.full(300, geo.index[code], dtype=np.int64)
        numbers = draw_identity_numbers(
            dice, countries, persons.born[:300], persons.male[:300]
        ).to_pylist()
        assert [number for number in numbers if not rule.is_valid(number)] == [], code
    chinese = draw_identity_numbers(
        dice, np.full(300, geo.index["cn"]), persons.born[:300], persons.male[:300]
    ).to_pylist()
    assert all(number[-1] == ric.calc_check_digit(number) for number in chinese)
    assert [number[6:14] for number in chinese] == [
        str(day).replace("-", "") for day in persons.born[:300]
    ]
