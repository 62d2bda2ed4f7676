"""Contract of all comparators: range, symmetry, single pairs, missing values, and cases."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from resolver.matching.blocking import PLAN_BY_NAME, join_candidates
from resolver.matching.comparators import COMPARATORS, Comparator, compare, features_of
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import Activity, Address, Identifier, Kind, Record, Relation, RelationType
from resolver.records.prepared.batch import FloatArray, PreparedBatch
from resolver.world import generate
from tests.matching.preparing import prepared
from tests.records.samples import plain_values, record

pytestmark = pytest.mark.slow


DEDUPLICATED = ("d",)
SINGLE_PAIRS = 60
"""Number of pairs of the batch that are also compared in a batch of two."""


@dataclass(frozen=True)
class Case:
    """Two records (ids are set later) and the range of their similarity; NaN for both: missing."""

    left: Record
    right: Record
    low: float
    high: float


def person(**properties: str | list[str]) -> Record:
    return replace(record("c:x"), values=plain_values(properties))


def group(**properties: str | list[str]) -> Record:
    return replace(record("c:x", Kind.GROUP), values=plain_values(properties))


def asset(**properties: str | list[str]) -> Record:
    return replace(record("c:x", Kind.ASSET), values=plain_values(properties))


def papers(prop: str, number: str, country: str = "") -> Record:
    return record("c:x", identifiers=[Identifier(prop, number, country)])


def lives(city: str, country: str = "") -> Record:
    return record("c:x", addresses=[Address(city=city, country=country)])


def tied(name: str) -> Record:
    return record("c:x", relations=[Relation(RelationType.ASSOCIATE_OF, target_name=name)])


def does(*activities: Activity) -> Record:
    return record("c:x", activities=activities)


NONE = math.nan
ANN = person(name="Ann Lee")
CASES: dict[str, list[Case]] = {
    "name": [
        Case(ANN, person(name="LEE, Ann"), 1, 1),
        Case(ANN, person(name="Ann Maria Lee"), 0.7, 0.99),
        Case(person(name="Mohammed Yusuf"), person(name="Mohamed Yousef"), 0.7, 0.99),
        Case(person(name="Abd al-Rahman"), person(name="Abdulrahman"), 1, 1),
        Case(ANN, person(name="Robert Carter"), 0, 0),
        Case(person(name="Salman bin Muhammad"), person(name="Muhammad bin Salman"), 0, 0.1),
        Case(person(name="Xi Jinping"), person(name="Jinping Xi"), 1, 1),
        # One word may be any of several people's.
        Case(person(name="Walijan"), person(name="Ahmad Walijan Khan Mohammad"), 0.3, 0.7),
        Case(person(name="Walijan"), person(name="Haji Walijan"), 0.95, 1),
        Case(ANN, person(alias=["Zed Zulu", "Ann Lee"]), 1, 1),
        Case(ANN, person(birthDate="1960"), NONE, NONE),
    ],
    "name_rarity": [
        Case(person(name="Zbigniew Brzezinski"), person(name="Zbigniew Brzezinski"), 0.4, 1),
        Case(person(name="John Smith"), person(name="John Smith"), 0.1, 0.39),
        Case(ANN, person(name="Robert Carter"), 0, 0),
    ],
    "name_contradicted": [
        Case(ANN, person(name="Ann Maria Lee"), 1, 1),
        Case(ANN, person(name="Ann Carter"), 0, 0.5),
    ],
    "name_omitted": [Case(ANN, ANN, 1, 1), Case(ANN, person(name="Ann Maria Lee"), 0.3, 0.8)],
    "name_weakest": [
        Case(ANN, ANN, 1, 1),
        Case(person(name="Ann Brzezinski"), person(name="Ann Brzezynski"), 0.8, 0.99),
        Case(ANN, person(name="Robert Carter"), 0, 0),
    ],
    "name_primary": [
        Case(
            person(name="Ann Lee", alias="Bo Roe"), person(name="Bo Roe", alias="Ann Lee"), 0, 0.1
        ),
        Case(ANN, person(alias="Ann Lee"), NONE, NONE),
        Case(ANN, ANN, 1, 1),
    ],
    "name_share": [
        Case(person(name="Ann Lee", alias="Bo Roe"), ANN, 1, 1),
        Case(
            person(name="Ann Lee", alias="Bo Roe"), person(name="Ann Lee", alias="Cy Poe"), 0.5, 0.5
        ),
        Case(ANN, person(name="Robert Carter"), 0, 0),
    ],
    "name_exact": [
        Case(ANN, person(alias="Dr. Lee Ann"), 1, 1),
        Case(ANN, person(name="Ann Maria Lee"), 0, 0),
    ],
    "name_parts": [
        Case(ANN, ANN, 0.33, 0.34),
        Case(person(name="a1 b2 c3 d4 e5 f6 g7"), person(name="a1 b2 c3 d4 e5 f6 g7"), 1, 1),
    ],
    "name_quality": [
        Case(ANN, ANN, 1, 1),
        Case(ANN, person(alias="Ann Lee"), 0.5, 0.5),
        Case(ANN, person(weakAlias="Ann Lee"), 0, 0),
    ],
    "name_order": [
        Case(
            person(firstName="Ann", lastName="Lee"), person(firstName="Lee", lastName="Ann"), 0, 0
        ),
        Case(
            person(firstName="Ann", lastName="Lee"), person(firstName="Ann", lastName="Lee"), 1, 1
        ),
        Case(ANN, person(firstName="Ann", lastName="Lee"), 1, 1),
    ],
    "name_established": [
        Case(person(name="Alexandr Ashby"), person(name="Aleksandra Ashby"), 0, 0.8),
        Case(person(name="Aleksandr Ashby"), person(name="Aleksadnr Ashby"), 1, 1),
        Case(ANN, person(name="Robert Carter"), 1, 1),
        Case(ANN, person(birthDate="1960"), NONE, NONE),
    ],
    "name_initials": [
        Case(person(name="Ann B. Lee"), person(name="Ann C. Lee"), 0, 0),
        Case(person(name="Ann B. Lee"), person(name="Ann Carol Lee"), 0, 0),
        Case(person(name="Ann B. Lee"), person(name="Ann Beth Lee"), 1, 1),
        Case(person(name="Ann B. Lee"), ANN, 0.5, 0.5),
        # initials stand for no family name, and which of the two words is one is open
        Case(person(name="H. Stansfield"), person(name="S. Hewison"), NONE, NONE),
        Case(ANN, ANN, NONE, NONE),
    ],
    "name_apart": [
        Case(
            group(name="Ansar Derna", alias="Ansar"),
            group(name="Ansar Benghazi", alias="Ansar"),
            0,
            0.5,
        ),
        # an addition on one side only is no branch
        Case(group(name="Ansar Derna", alias="Ansar"), group(name="Ansar"), 1, 1),
        Case(group(name="Ansar Derna"), group(name="Ansar Benghazi", alias="Ansar Derna"), 1, 1),
        Case(group(name="Goldstar Derna"), group(name="Gold Star Derna"), 1, 1),
        Case(group(name="Ansar Derna"), group(alias="Ansar Benghazi"), NONE, NONE),
    ],
    "name_sides": [
        Case(ANN, person(name="Robert Carter"), 0, 0),
        Case(
            person(firstName="Ann", lastName="Lee"),
            person(firstName="Robert", lastName="Lee"),
            0.2,
            0.2,
        ),
        Case(ANN, person(name="Robert Lee"), 0.2, 0.2),
        Case(ANN, person(name="R. Lee"), 0.3, 0.3),
        Case(ANN, person(name="Ann Carter"), 0.6, 0.6),
        Case(person(name="Ann Lee", gender="male"), person(name="Ann Carter"), 0.4, 0.4),
        Case(
            person(name="Ann Lee", gender="female"),
            person(name="Ann Carter", gender="female"),
            1,
            1,
        ),
        Case(ANN, person(name="Ann Maria Lee"), NONE, NONE),
        Case(ANN, person(name="LEE Ann"), NONE, NONE),
        # the order is reversed: John is a given name, Smith is not
        Case(person(name="SMITH John"), person(name="Mohammed Smith"), 0.2, 0.2),
        Case(ANN, person(birthDate="1960"), NONE, NONE),
    ],
    "names_alone": [
        Case(ANN, person(name="LEE, Ann"), 1, 1),
        Case(ANN, person(name="Robert Carter"), 0, 0),
        Case(ANN, person(name="Ann Lee", gender="female"), NONE, NONE),
        Case(
            person(name="Ann Lee", birthDate="1960"),
            person(name="Ann Lee", birthDate="1960"),
            NONE,
            NONE,
        ),
    ],
    "birth_date": [
        Case(person(birthDate="1960-05-04"), person(birthDate=["1977", "1960-05-04"]), 1, 1),
        Case(person(birthDate="1960-05-04"), person(birthDate="1960"), 0.8, 0.8),
        Case(person(birthDate="1960-05-04"), person(birthDate="1985-02-01"), 0, 0),
        Case(person(birthDate="1960"), person(birthDate="never"), NONE, NONE),
    ],
    "start_date": [
        Case(group(incorporationDate="2001-02-03"), group(incorporationDate="2001-02-03"), 1, 1),
        Case(group(incorporationDate="2001"), group(incorporationDate="1950"), 0, 0),
        Case(asset(buildDate="1991"), asset(buildDate="1991-05-02"), 0.8, 0.8),
        Case(asset(buildDate="1991"), asset(buildDate="2007"), 0, 0),
    ],
    "birth_place": [
        Case(person(birthPlace="Kabul, Afghanistan"), person(birthPlace="Kabul"), 0.95, 1),
        Case(
            person(birthPlace="Herat, Afghanistan"),
            person(birthPlace="Kabul, Afghanistan"),
            0.4,
            0.5,
        ),
        Case(person(birthPlace="Kabul, Afghanistan"), person(birthPlace="Lyon, France"), 0, 0),
        Case(person(birthPlace="Kandahar"), person(birthPlace="Qandahar"), 0.9, 1),
        Case(person(birthPlace="Afghanistan"), person(birthPlace="Afghanistan"), 0.4, 0.4),
        Case(person(birthPlace="Afghanistan"), person(birthPlace="Kabul, Afghanistan"), 0.4, 0.4),
        Case(person(birthPlace="Tehran"), person(birthPlace="Tehran, Iran"), 0.95, 1),
        Case(
            person(birthPlace="Abu Dhabi, United Arab Emirates"),
            person(birthPlace="Dubai, UAE"),
            0.4,
            0.4,
        ),
    ],
    "address": [
        Case(lives("Kabul", "Afghanistan"), lives("Kabul", "AF"), 0.9, 1),
        Case(lives("Kabul", "Afghanistan"), lives("Lyon", "France"), 0, 0),
        Case(lives("Kabul", "Afghanistan"), lives("", "AF"), 0.4, 0.4),
        Case(lives("Hauptstraße 5, Wien"), lives("Hauptstr. 5, Vienna"), 0.9, 1),
        # Another house of the street, however alike the texts are
        Case(lives("Rosenstraße 125, Wien"), lives("Rosenstraße 127, Wien"), 0.7, 0.85),
    ],
    "nationality": [
        Case(person(nationality=["Iran", "Germany"]), person(citizenship="DE"), 0.5, 1),
        Case(person(nationality="Iran"), person(nationality="Germany"), 0, 0),
        Case(
            person(nationality=["Iran", "Germany"]),
            person(nationality=["Iran", "France"]),
            0.25,
            0.75,
        ),
        Case(person(nationality="Iran"), person(country="Iran"), NONE, NONE),
    ],
    "country": [
        Case(person(nationality="Iran"), person(country="Iran"), 0.5, 1),
        Case(person(nationality="Iran"), lives("Tehran", "Iran"), 0.5, 1),
        Case(person(nationality="Iran"), person(country="France"), 0, 0),
        Case(person(nationality="USA"), person(birthPlace="Houston, Texas"), 0.5, 1),
        Case(person(nationality="East Germany"), person(country="Germany"), 0.5, 1),
    ],
    "gender": [
        Case(person(gender="male"), person(gender="M"), 1, 1),
        Case(person(gender="male"), person(gender="female"), 0, 0),
        Case(person(gender="male"), person(gender="unknown"), NONE, NONE),
    ],
    "identifier": [
        Case(
            papers("passportNumber", "A-123", "fr"),
            papers("passportNumber", "a123", "France"),
            1,
            1,
        ),
        Case(papers("passportNumber", "A-123"), papers("idNumber", "A123"), 0.9, 0.9),
        Case(
            papers("passportNumber", "A-123", "fr"),
            papers("passportNumber", "A123", "de"),
            0.6,
            0.6,
        ),
        Case(papers("passportNumber", "1234567"), papers("passportNumber", "1234567"), NONE, NONE),
        Case(papers("kppCode", "910201001"), papers("kppCode", "910201001"), 0.5, 0.5),
        Case(
            papers("passportNumber", "A-123", "fr"),
            papers("passportNumber", "B-777", "fr"),
            0.1,
            0.1,
        ),
        Case(papers("passportNumber", "A-123"), papers("passportNumber", "B-777"), 0.2, 0.2),
        # Right check digits: no typing error.
        Case(papers("innCode", "7707083893"), papers("innCode", "7728168971"), 0, 0),
        Case(papers("innCode", "7707083893"), papers("innCode", "7728168970"), 0.1, 0.1),
        Case(papers("innCode", "7707083893"), papers("taxNumber", "ИНН 7707 083 893", "ru"), 1, 1),
        Case(papers("vatCode", "DE 136695976"), papers("taxNumber", "136695976", "de"), 1, 1),
        Case(
            papers("publicKey", "0x52908400098527886E0F7030069857D2E4169EE7"),
            papers("publicKey", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
            NONE,
            NONE,
        ),
        Case(papers("passportNumber", "A-123"), papers("taxNumber", "B-777"), NONE, NONE),
    ],
    "phone": [
        Case(person(phone="+49 30 123456"), person(phone="+4930123456"), 1, 1),
        Case(person(phone="+49 30 123456"), person(phone="+49 30 654321"), 0, 0),
    ],
    "email": [
        Case(person(email="a@b.org"), person(email="mailto:A@b.org"), 1, 1),
        Case(person(email="a@b.org"), person(email="xy@qwert.com"), 0, 0.5),
        Case(person(email="a@b.org"), person(email="none"), NONE, NONE),
    ],
    "website": [
        Case(group(website="https://www.x.org/a"), group(website="x.org"), 1, 1),
        Case(group(website="x.org"), group(website="y.org"), 0, 0),
        Case(group(website="firm.org"), group(website="en.firm.co.uk"), 0.5, 0.5),
        Case(group(website="one.firm.org"), group(website="two.firm.org"), 0, 0),
        Case(group(website="abc.org"), group(website="abc.com"), 0, 0),
    ],
    "activity": [
        Case(does(Activity.DRUGS, Activity.ARMS), does(Activity.ARMS), 1, 1),
        Case(does(Activity.DRUGS), does(Activity.ARMS), 0, 0),
    ],
    "relation": [
        Case(tied("The Gang"), tied("THE GANG"), 1, 1),
        Case(tied("The Gang"), tied("Others"), 0, 0),
        *(
            Case(
                replace(tied("The Gang"), source="d"),
                replace(tied("The Gang"), source=source),
                *grade,
            )
            for source, grade in (("d", (NONE, NONE)), ("e", (1, 1)))
        ),
    ],
    "position": [
        Case(
            person(position="Minister of Defence"), person(position="Defence Minister (of)"), 0.8, 1
        ),
        Case(person(position="farmer"), person(position="Farmer"), 1, 1),
        Case(person(position="farmer"), person(position="judge"), 0, 0.5),
        Case(person(position="farmer"), ANN, NONE, NONE),
    ],
    "father_name": [
        Case(person(fatherName="Karim"), person(fatherName="KARIM"), 1, 1),
        Case(person(fatherName="Karim"), person(fatherName="Robert"), 0, 0.6),
    ],
    "numbers": [
        Case(group(name="Unit 121"), group(name="Unit 121"), 1, 1),
        Case(group(name="Unit 121"), group(name="Unit 125"), 0, 0),
        Case(group(name="Unit 121"), group(name="Unit"), 0.5, 0.5),
        Case(group(name="Ocean Star II"), group(name="Ocean Star"), 0.5, 0.5),
        Case(group(name="Brigade XI"), group(name="11th Brigade"), 1, 1),
        Case(group(name="Brigade XI"), group(name="Brigade IX"), 0, 0),
        Case(group(name="Unit"), group(name="Unit"), NONE, NONE),
    ],
    "places_named": [
        Case(group(name="Bank of Iran"), group(name="Bank of France"), 0, 0),
        Case(group(name="Acme Iran"), group(name="Iran Acme"), 1, 1),
    ],
    "branch": [
        Case(
            group(name="Ansar Derna", alias="Ansar"),
            group(name="Ansar in Benghazi", alias="Ansar"),
            0,
            0,
        ),
        Case(group(name="Al Karama, Darnah"), group(name="Karama (Derna)", alias="Karama"), 1, 1),
        Case(group(name="Ansar Derna", alias="Ansar"), group(name="Ansar"), 0.5, 0.5),
        Case(group(name="Ansar"), group(name="Ansar"), NONE, NONE),
        Case(group(alias="Ansar Derna"), group(name="Ansar Benghazi"), NONE, NONE),
    ],
    "faction": [
        Case(
            group(name="Northern Liberation Front - Adan faction"),
            group(name="Northern Liberation Front - Adan"),
            1,
            1,
        ),
        Case(
            group(name="Northern Liberation Front - Adan wing"),
            group(name="Northern Liberation Front"),
            0,
            0,
        ),
        Case(group(name="Northern Front"), group(name="Northern Front"), NONE, NONE),
        Case(group(name="Northern Front - NF"), group(name="Northern Front"), NONE, NONE),
    ],
    "qualifier": [
        Case(group(name="Acme National Front"), group(name="Acme National Front"), 1, 1),
        Case(group(name="Acme National Front"), group(name="Acme Front"), 0.3, 0.3),
        Case(group(name="National Front"), group(name="Acme National Front"), 0.2, 0.2),
        Case(group(name="Acme State Bank"), group(name="Acme Medical Bank"), 0, 0),
        Case(group(name="Acme Group"), group(name="Acme"), NONE, NONE),
    ],
    "legal_form": [
        Case(group(name="Acme LLC"), group(name="Acme LLC"), 1, 1),
        Case(group(name="Acme LLC"), group(name="Acme GmbH"), 1, 1),
        Case(group(name="Acme LLC"), group(name="Acme Foundation"), 0, 0.5),
        Case(group(name="Acme LLC"), group(name="Acme"), 0.5, 0.5),
    ],
    "acronym": [
        Case(group(name="Red River Gang Northern"), group(name="RRGN"), 1, 1),
        Case(group(name="Red River Gang Northern"), group(name="XYZ"), NONE, NONE),
        Case(group(name="Central Asian Development Bank"), group(name="CADB"), 1, 1),
        Case(group(name="Red River Gang Ltd"), group(name="RRG"), 1, 1),
    ],
    "listed": [
        Case(ANN, person(name="Ann Lee", birthDate="1960"), 0, 0),
        Case(ANN, person(name="Ann Lee", alias="Annie"), 1, 1),
        Case(ANN, person(name="Ann Lee", nationality="fr"), 1, 1),
        Case(ANN, replace(ANN, identifiers=(Identifier("passportNumber", "K8812345"),)), 1, 1),
        Case(ANN, replace(ANN, identifiers=(Identifier("idNumber", "K8812345"),)), 0, 0),
    ],
    "same_list": [
        Case(replace(ANN, source="d"), replace(ANN, source="d"), 0, 0),
        Case(replace(ANN, source="d"), replace(ANN, source="e"), NONE, NONE),
        Case(replace(ANN, source="e"), replace(ANN, source="e"), NONE, NONE),
    ],
}


def evidence(
    batch: PreparedBatch, left: list[int], right: list[int], names: list[str], group: bool
) -> FloatArray:
    rows = np.array(left, dtype=np.int32), np.array(right, dtype=np.int32)
    return compare(Context(batch, NameIndex.of(batch), *rows, group), names)


def similarity(row: Comparator, case: Case, *, swapped: bool = False) -> float:
    sides = (case.right, case.left) if swapped else (case.left, case.right)
    batch = prepared(
        (replace(side, id=f"c:{number}") for number, side in enumerate(sides)),
        deduplicated=DEDUPLICATED,
    )
    return float(evidence(batch, [0], [1], [row.name], not row.kinds & Kind.PERSON)[0, 0])


@pytest.fixture(params=COMPARATORS, ids=lambda row: row.name)
def row(request: pytest.FixtureRequest) -> Comparator:
    comparator: Comparator = request.param
    return comparator


@dataclass(frozen=True)
class Crowd:
    """About 1,000 records by id, prepared together, and candidate pairs of them."""

    people: list[Record]
    together: PreparedBatch
    left: list[int]
    right: list[int]


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    cases = [case for rule_cases in CASES.values() for case in rule_cases]
    sides = [item for case in cases for item in (case.left, case.right)]
    case_records = [replace(item, id=f"c:{number:04d}") for number, item in enumerate(sides)]
    people = sorted(
        [*generate(1000 - len(case_records), seed=22).records, *case_records],
        key=lambda item: item.id,
    )
    together = prepared(people, deduplicated=DEDUPLICATED)
    pairs, _ = join_candidates(together, PLAN_BY_NAME["S"])
    first = next(place for place, item in enumerate(people) if item.source in ("c", "d", "e"))
    of_cases = range(first, first + len(case_records), 2)
    return Crowd(
        people,
        together,
        [*pairs.left.tolist(), *of_cases],
        [*pairs.right.tolist(), *(row + 1 for row in of_cases)],
    )


@pytest.fixture(scope="module", params=[False, True], ids=["persons", "groups"])
def judged(request: pytest.FixtureRequest, crowd: Crowd) -> tuple[bool, FloatArray]:
    """Return the evidence of all comparators on all pairs, with the rarity of a population."""
    names = [row.name for row in COMPARATORS]
    return request.param, evidence(crowd.together, crowd.left, crowd.right, names, request.param)


@pytest.fixture(scope="module")
def single_evidence(crowd: Crowd, judged: tuple[bool, FloatArray]) -> dict[int, FloatArray]:
    """Return the evidence of all comparators on some pairs, each in a batch of two."""
    step = len(crowd.left) // SINGLE_PAIRS + 1
    cases = sum(len(rule_cases) for rule_cases in CASES.values())
    rows = [
        *range(0, len(crowd.left) - cases, step),
        *range(len(crowd.left) - cases, len(crowd.left), 3),
    ]
    names = [row.name for row in COMPARATORS]
    answers = {}
    for pair in rows:
        pair_batch = prepared(
            (crowd.people[crowd.left[pair]], crowd.people[crowd.right[pair]]),
            deduplicated=DEDUPLICATED,
        )
        answers[pair] = evidence(pair_batch, [0], [1], names, judged[0])[0]
    return answers


def test_range(row: Comparator, judged: tuple[bool, FloatArray]) -> None:
    column = judged[1][:, COMPARATORS.index(row)]
    assert column.dtype == np.float32
    stated = column[~np.isnan(column)]
    applies = row.kinds & (Kind.GROUP if judged[0] else Kind.PERSON)
    assert len(stated) or not applies, "no pair has this evidence: give it a case"
    assert stated.min(initial=0) >= 0
    assert stated.max(initial=1) <= 1


def test_symmetry(row: Comparator, crowd: Crowd, judged: tuple[bool, FloatArray]) -> None:
    rows = np.array(crowd.right, dtype=np.int32), np.array(crowd.left, dtype=np.int32)
    swapped = row.compare(Context(crowd.together, NameIndex.of(crowd.together), *rows, judged[0]))
    np.testing.assert_array_equal(swapped, judged[1][:, COMPARATORS.index(row)])


def test_pairs_do_not_depend_on_the_batch(
    row: Comparator, judged: tuple[bool, FloatArray], single_evidence: dict[int, FloatArray]
) -> None:
    place = COMPARATORS.index(row)
    for pair, answer in single_evidence.items():
        np.testing.assert_array_equal(answer[place], judged[1][pair, place])


def test_missing_where_a_side_has_no_value(row: Comparator) -> None:
    for case in CASES[row.name]:
        for side in (case.left, case.right):
            silent = Case(side, record("c:x", side.kind), NONE, NONE)
            if row.name not in ("same_list", "listed"):
                assert math.isnan(similarity(row, silent))
                assert math.isnan(similarity(row, silent, swapped=True))


def test_cases(row: Comparator) -> None:
    for case in CASES[row.name]:
        for swapped in (False, True):
            result = similarity(row, case, swapped=swapped)
            if math.isnan(case.low):
                assert math.isnan(result), case
            else:
                assert np.float32(case.low) <= result <= np.float32(case.high), case


def test_help_is_one_line(row: Comparator) -> None:
    assert row.help
    assert row.help.endswith((".", ")."))
    assert "\n" not in row.help


def test_table_is_complete() -> None:
    assert set(CASES) == {row.name for row in COMPARATORS}
    assert len({row.name for row in COMPARATORS}) == len(COMPARATORS)
    for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET):
        assert features_of(kind) == tuple(row.name for row in COMPARATORS if row.kinds & kind)


def test_no_pairs_give_no_evidence(row: Comparator, crowd: Crowd) -> None:
    assert evidence(crowd.together, [], [], [row.name], False).shape == (0, 1)
