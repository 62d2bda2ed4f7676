"""Numbers and contacts of the world. All of them are invented.

1. Document numbers in their national forms with valid check digits, phone numbers, and e-mail
   addresses.
2. `Contacts` has telephones, e-mail addresses and streets of persons and groups, some of which are
   shared. Households share a number, and branches share a mailbox. An agent gives his own contacts
   for many clients who have nothing else in common.
3. `Papers` has documents of the true persons: passports (current, old, forged) and identity
   numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.world.cultures import Geography, load_geography
from resolver.world.name_lexicon import (
    Bools,
    Dice,
    Form,
    Ints,
    choose_where,
    concat_texts,
    draw_ranks,
    format_numbers,
    keep_where,
)
from resolver.world.persons import Persons, load_vocabulary

Digits = npt.NDArray[np.int64]

# A stands for a letter, 9 for a digit. Countries that are not listed use the first form.
_PASSPORT = {
    "A99999999": "",
    "999999999": "RU BY FR US ES FI",
    "AA999999": "UA DE AT GE GT KE",
    "A9999999": "IN PK CU VE PH EG",
    "AA9999999": "JP IT MX IE MA PL",
    "99999999": "DZ TN AM SD LY EC",
    "AAA999999": "ES BR ET DO KW",
}
_IDENTITY = {
    "999999999": "",
    "99999999": "PE EC LB TN MK",
    "9999999999": "SA JO CO SY",
    "AA999999": "MA GR BE",
    "999999999999": "IN IQ VN SD",
    "A99999999": "TW MY SG",
    "99999999999": "UA GE BG NG EC",
    "9999999999999": "SN GH CU",
}


def _patterns(table: dict[str, str], geo: Geography) -> list[str]:
    default = next(iter(table))
    by_code = {code: form for form, codes in table.items() for code in codes.split()}
    return [by_code.get(str(code).upper(), default) for code in geo.codes.to_pylist()]


def draw_passports(dice: Dice, countries: Ints) -> pa.StringArray:
    """Draw a passport number in each country's form."""
    return _draw_numbers(dice, countries, _patterns(_PASSPORT, load_geography()))


def draw_identity_numbers(
    dice: Dice, countries: Ints, born: npt.NDArray[np.datetime64], male: npt.NDArray[np.bool_]
) -> pa.StringArray:
    """Draw a national identity number in each country's form.

    Numbers that contain the birth date, the gender or a check digit have the correct one.
    """
    geo = load_geography()
    numbers = _draw_numbers(dice, countries, _patterns(_IDENTITY, geo))
    texts = numbers.to_numpy(zero_copy_only=False).astype(object)
    day, month, year = split_dates(born)
    for codes, maker in _MAKERS.items():
        listed = [geo.index[code.lower()] for code in codes.split() if code.lower() in geo.index]
        rows = np.flatnonzero(np.isin(countries, listed))
        if len(rows):
            digits = dice.integers(len(rows) * 18, 10).reshape(len(rows), 18)
            texts[rows] = maker(digits, day[rows], month[rows], year[rows], male[rows])
    return pa.array(texts, pa.string())


def split_dates(days: npt.NDArray[np.datetime64]) -> tuple[Ints, Ints, Ints]:
    """Return day, month and year of dates."""
    months = days.astype("datetime64[M]")
    day = (days - months).astype(np.int64) + 1
    return (
        day,
        months.astype(np.int64) % 12 + 1,
        months.astype("datetime64[Y]").astype(np.int64) + 1970,
    )


def _draw_numbers(dice: Dice, countries: Ints, patterns: list[str]) -> pa.StringArray:
    width = max(map(len, patterns))
    letters = np.array([[sign == "A" for sign in form.ljust(width)] for form in patterns])
    unused = np.array([[sign == " " for sign in form.ljust(width)] for form in patterns])
    u = dice.uniform(len(countries), width)
    signs = np.where(letters[countries], 65 + np.floor(u * 26), 48 + np.floor(u * 10)).astype(
        np.uint32
    )
    signs[unused[countries]] = 0
    return pa.array(np.ascontiguousarray(signs).view(f"U{width}").ravel(), pa.string())


def _join_digits(columns: list[Ints]) -> list[str]:
    signs = np.stack(columns, axis=1).astype(np.uint32) + 48
    return [str(text) for text in np.ascontiguousarray(signs).view(f"U{len(columns)}").ravel()]


def _split_digits(number: Ints, width: int) -> list[Ints]:
    """Return the decimal digits of whole numbers, most significant first."""
    return [number // 10 ** (width - 1 - index) % 10 for index in range(width)]


def _weighted_sum(columns: list[Ints], weights: tuple[int, ...]) -> Ints:
    total = np.zeros(len(columns[0]), dtype=np.int64)
    for column, weight in zip(columns, weights, strict=True):
        total += column * weight
    return total


def _make_spanish(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [d[:, index] for index in range(8)]
    value = _weighted_sum(columns, tuple(10**index for index in range(7, -1, -1)))
    return [
        digits + "TRWAGMYFPDXBNJZSQVHLCKE"[rest]
        for digits, rest in zip(_join_digits(columns), (value % 23).tolist(), strict=True)
    ]


def _make_chinese(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    county = np.array([110101, 310101, 440103, 350203, 330302, 510104])[d[:, 0] % 6]
    sequence = [d[:, 1], d[:, 2], d[:, 3] // 2 * 2 + male]
    columns = _split_digits(county, 6)
    columns += [
        *_split_digits(year, 4),
        *_split_digits(month, 2),
        *_split_digits(day, 2),
        *sequence,
    ]
    weights = tuple(pow(2, index, 11) for index in range(17, 0, -1))
    check = (12 - _weighted_sum(columns, weights) % 11) % 11
    return [
        digits + "0123456789X"[rest]
        for digits, rest in zip(_join_digits(columns), check.tolist(), strict=True)
    ]


def _make_turkish(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [np.maximum(d[:, 0], 1), *(d[:, index] for index in range(1, 9))]
    tenth = _weighted_sum(columns, (7, -1, 7, -1, 7, -1, 7, -1, 7)) % 10
    return _join_digits([*columns, tenth, (_weighted_sum(columns, (1,) * 9) + tenth) % 10])


def _make_iranian(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [d[:, index] for index in range(9)]
    rest = _weighted_sum(columns, tuple(range(10, 1, -1))) % 11
    return _join_digits([*columns, np.where(rest < 2, rest, 11 - rest)])


def _make_korean(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    century = np.where(year < 2000, 1, 3) + ~male
    columns = [
        *_split_digits(year % 100, 2),
        *_split_digits(month, 2),
        *_split_digits(day, 2),
        century,
        d[:, 0] % 9,
        d[:, 1],
        d[:, 2] * 0,
        d[:, 3],
        d[:, 4] * 0 + 1,
    ]
    check = (11 - _weighted_sum(columns, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return [text[:6] + "-" + text[6:] for text in _join_digits([*columns, check])]


def _make_yugoslav(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    sequence = d[:, 0] % 5 + np.where(male, 0, 5)
    columns = [
        *_split_digits(day, 2),
        *_split_digits(month, 2),
        *_split_digits(year % 1000, 3),
        d[:, 1] * 0 + 7,
        d[:, 2],
        sequence,
        d[:, 3],
        d[:, 4],
    ]
    rest = 11 - _weighted_sum(columns, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return _join_digits([*columns, np.where(rest > 9, 0, rest)])


def _make_french(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [
        np.where(male, 1, 2),
        *_split_digits(year % 100, 2),
        *_split_digits(month, 2),
        d[:, 0] % 8 + 1,
        d[:, 1] % 8 + 1,
        d[:, 2],
        d[:, 3],
        d[:, 4],
        d[:, 5],
        d[:, 6],
        d[:, 7] % 9 + 1,
    ]
    value = _weighted_sum(columns, tuple(10**index for index in range(12, -1, -1)))
    return _join_digits([*columns, *_split_digits(97 - value % 97, 2)])


def _make_egyptian(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    century = np.where(year < 2000, 2, 3)
    sequence = [d[:, 1], d[:, 2], d[:, 3], d[:, 4] // 2 * 2 + male]
    return _join_digits(
        [
            century,
            *_split_digits(year % 100, 2),
            *_split_digits(month, 2),
            *_split_digits(day, 2),
            d[:, 0] * 0,
            d[:, 0] % 4 + 1,
            *sequence,
            d[:, 5] % 9 + 1,
        ]
    )


def _make_pakistani(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [
        d[:, 0] % 7 + 1,
        *(d[:, index] for index in range(1, 12)),
        d[:, 12] % 4 * 2 + np.where(male, 1, 2),
    ]
    return [f"{text[:5]}-{text[5:12]}-{text[12:]}" for text in _join_digits(columns)]


_MAKERS: dict[str, Callable[[Digits, Ints, Ints, Ints, npt.NDArray[np.bool_]], list[str]]] = {
    "ES": _make_spanish,
    "CN": _make_chinese,
    "TR": _make_turkish,
    "IR": _make_iranian,
    "KR": _make_korean,
    "RS BA ME MK SI": _make_yugoslav,
    "FR": _make_french,
    "EG": _make_egyptian,
    "PK": _make_pakistani,
}


def draw_phones(dice: Dice, countries: Ints) -> pa.StringArray:
    """Draw a mobile number with each country's calling code."""
    count = len(countries)
    number = concat_texts(
        [
            format_numbers(60 + dice.integers(count, 40)),
            format_numbers(dice.integers(count, 10_000_000), 7),
        ]
    )
    return concat_texts(["+", load_geography().dial.take(pa.array(countries)), number])


def draw_emails(dice: Dice, given_names: pa.StringArray, family: pa.StringArray) -> pa.StringArray:
    """Make a mail address from given and family name, or from a word, with a domain that is
    reserved for examples.
    """
    count = len(given_names)
    domain = pa.array(
        ["example.com", "example.org", "example.net", "mail.example.com", "post.example.org"]
    ).take(pa.array(dice.integers(count, 5)))
    first = pc.utf8_lower(pc.replace_substring_regex(given_names, "[^A-Za-z]", ""))
    last = pc.utf8_lower(pc.replace_substring_regex(pc.fill_null(family, ""), "[^A-Za-z]", ""))
    by_name = concat_texts([first, ".", last, format_numbers(dice.integers(count, 100))])
    word = pa.array(_HANDLES).take(pa.array(dice.integers(count, len(_HANDLES))))
    handle = concat_texts([word, format_numbers(dice.integers(count, 10_000))])
    return concat_texts(
        [choose_where(dice.chance(count, _HANDLE_RATE), handle, by_name), "@", domain]
    )


_HANDLE_RATE = 0.35
"""Share of mail addresses that say nothing of a name."""
_HANDLES = (
    "falcon star tiger blue.sky lucky moon desert sea king rose.garden wolf mountain silver eagle "
    "diamond sunshine captain river black.horse angel green.tea storm pearl lion candle"
).split()


def make_imo_numbers(serials: Ints) -> pa.StringArray:
    """Make IMO numbers with a check digit from serial numbers (six digits)."""
    columns = _split_digits(100_000 + serials % 900_000, 6)
    check = _weighted_sum(columns, (7, 6, 5, 4, 3, 2)) % 10
    return concat_texts(["IMO", pa.array(_join_digits([*columns, check]), pa.string())])


OTHER_RATE = 0.25
"""Share of records that state the second number or address of their entity."""
HOUSEHOLD_RATE, BRANCH_RATE, AGENT_RATE = 0.35, 0.3, 0.02
"""Shares of kin of one household, of related groups with one office, and of entities that give the
contacts of an agent."""
_PHONE_RATE, _EMAIL_RATE, _STREET_RATE = 0.8, 0.5, 0.8
"""Shares of households and offices with one telephone, one mailbox and one street."""
_CLIENTS = 8
"""Clients of an agent, on average."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contacts of n entities: the usual contacts, and other contacts that some records state
    instead.
    """

    phone: pa.StringArray
    other_phone: pa.StringArray
    email: pa.StringArray
    other_email: pa.StringArray
    street: pa.StringArray

    def phones(self, dice: Dice, rows: Ints) -> pa.StringArray:
        """Draw the telephone that each record states; `rows` has the entity of each record."""
        return _draw_either(dice, self.phone, self.other_phone, rows)

    def emails(self, dice: Dice, rows: Ints) -> pa.StringArray:
        """Draw the e-mail address that each record states."""
        return _draw_either(dice, self.email, self.other_email, rows)


def _draw_either(
    dice: Dice, usual: pa.StringArray, other: pa.StringArray, rows: Ints
) -> pa.StringArray:
    index = pa.array(rows)
    return choose_where(dice.chance(len(rows), OTHER_RATE), other.take(index), usual.take(index))


def make_person_contacts(
    dice: Dice, names: tuple[Ints, Ints], countries: Ints, partners: Ints
) -> Contacts:
    """Make the contacts of persons.

    `names` are given and family names (words of the lexicon). `partners` has a relative of each
    person, or -1.
    """
    lexicon = load_vocabulary().lexicon
    first, family = (lexicon.spell(words, int(Form.STANDARD)) for words in names)
    own = Contacts(
        draw_phones(dice, countries),
        draw_phones(dice, countries),
        draw_emails(dice, first, family),
        draw_emails(dice, first, family),
        load_geography().street_lines(dice, countries),
    )
    return _share(dice, own, partners, HOUSEHOLD_RATE)


def make_group_contacts(
    dice: Dice, names: pa.StringArray, countries: Ints, partners: Ints
) -> Contacts:
    """Make the contacts of groups. `names` are words for their mailboxes."""
    count = len(countries)
    word = pc.utf8_lower(pc.replace_substring_regex(pc.fill_null(names, ""), "[^A-Za-z0-9]", ""))
    domain = concat_texts(["@", word, pa.array(_DOMAINS).take(pa.array(dice.integers(count, 3)))])
    boxes = pa.array(_MAILBOXES)
    has_mailbox = np.asarray(pc.greater(pc.utf8_length(word), 2))

    def draw_mailboxes() -> pa.StringArray:
        """Draw a mailbox for each group."""
        box = boxes.take(pa.array(dice.integers(count, len(_MAILBOXES))))
        return keep_where(concat_texts([box, domain]), has_mailbox)

    own = Contacts(
        draw_phones(dice, countries),
        draw_phones(dice, countries),
        draw_mailboxes(),
        draw_mailboxes(),
        load_geography().street_lines(dice, countries),
    )
    return _share(dice, own, partners, BRANCH_RATE)


_MAILBOXES = ["info", "office", "contact", "sales"]
_DOMAINS = [".example", ".test", ".invalid"]


def _share(dice: Dice, own: Contacts, partners: Ints, rate: float) -> Contacts:
    """Return contacts some of which are shared by related entities, and others by the clients of an
    agent.

    Entities that share one contact mostly share the others, because they are one household or one
    office.
    """
    count = len(partners)
    close = (partners >= 0) & (partners < np.arange(count)) & dice.chance(count, rate)
    phone, email, street = (
        _agents(dice, _share_with(partners, close & dice.chance(count, share)))
        for share in (_PHONE_RATE, _EMAIL_RATE, _STREET_RATE)
    )
    return Contacts(
        own.phone.take(pa.array(phone)),
        own.other_phone,
        own.email.take(pa.array(email)),
        own.other_email,
        own.street.take(pa.array(street)),
    )


def _share_with(partners: Ints, chosen: Bools) -> Ints:
    return np.where(chosen, partners, np.arange(len(partners)))


def _agents(dice: Dice, owners: Ints) -> Ints:
    """Return, for each entity, whose contact it gives, after agents have given their contact for
    some clients.

    Few agents have many clients, and many agents have few.
    """
    clients = np.flatnonzero(dice.chance(len(owners), AGENT_RATE))
    agents = max(len(clients) // _CLIENTS, 1)
    chosen = np.floor(dice.uniform(len(clients)) ** 2 * agents).astype(np.int64)
    result = owners.copy()
    result[clients] = owners[clients[chosen]] if len(clients) else owners[clients]
    return result


FORGED_NUMBERS = 60
_FORGED_COUNTRIES = "SY IQ GR IT FR BE TR PK BG RO ES UA"


@dataclass(frozen=True, slots=True)
class Papers:
    """Documents and contacts, one of each for each person.

    `old_passport` is null for most persons. `forges` selects the persons who also use a forged
    passport; there are few forged numbers, and many persons use each of them. `town` is the city of
    residence.
    """

    passport: pa.StringArray
    old_passport: pa.StringArray
    expires: pa.StringArray
    forges: Bools
    forged: pa.StringArray
    forged_country: Ints
    identity: pa.StringArray
    contacts: Contacts
    town: Ints


@lru_cache(maxsize=8)
def draw_forged_passports(seed: int) -> tuple[pa.StringArray, Ints]:
    """Draw the numbers of forged passports of a world, and the countries that they claim to come
    from.
    """
    dice, geo = Dice(seed, "forged"), load_geography()
    codes = _FORGED_COUNTRIES.split()
    countries = np.array(
        [geo.index[codes[place].lower()] for place in dice.integers(FORGED_NUMBERS, len(codes))],
        dtype=np.int64,
    )
    return draw_passports(dice, countries), countries


def make_papers(dice: Dice, seed: int, persons: Persons) -> Papers:
    """Make the documents of all persons of a chunk."""
    count, geo = len(persons), load_geography()
    pool, pool_countries = draw_forged_passports(seed)
    forged = draw_ranks(dice.uniform(count), FORGED_NUMBERS, 4.0)
    expiry = [
        format_numbers(2014 + dice.integers(count, 18), 4),
        format_numbers(1 + dice.integers(count, 12), 2),
        format_numbers(1 + dice.integers(count, 28), 2),
    ]
    return Papers(
        passport=draw_passports(dice, persons.nation),
        old_passport=keep_where(draw_passports(dice, persons.nation), dice.chance(count, 0.3)),
        expires=concat_texts(expiry, "-"),
        forges=dice.chance(count, 0.025),
        forged=pool.take(pa.array(forged)),
        forged_country=pool_countries[forged],
        identity=draw_identity_numbers(dice, persons.nation, persons.born, persons.male),
        contacts=make_person_contacts(
            dice,
            (persons.given_name, persons.family),
            np.where(dice.chance(count, 0.5), persons.residence, persons.country),
            persons.partner,
        ),
        town=geo.pick_city(dice, persons.residence),
    )
