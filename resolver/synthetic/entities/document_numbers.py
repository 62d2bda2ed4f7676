"""Document numbers in the forms countries use, with their check digits; phone numbers; e-mail addresses. All
invented."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic.geography import Geography, geography
from resolver.synthetic.names.name_lexicon import Ints
from resolver.synthetic.random_columns import Dice, join, number_text

Digits = npt.NDArray[np.int64]

# A for a letter, 9 for a digit. Countries not named have the first form.
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


def passports(dice: Dice, countries: Ints) -> pa.StringArray:
    """A passport number of each country's form."""
    return _numbers(dice, countries, _patterns(_PASSPORT, geography()))


def identities(
    dice: Dice, countries: Ints, born: npt.NDArray[np.datetime64], male: npt.NDArray[np.bool_]
) -> pa.StringArray:
    """A national identity number of each country's form; where these hold birth date, gender or check digit, the
    right ones."""
    geo = geography()
    texts = (
        _numbers(dice, countries, _patterns(_IDENTITY, geo))
        .to_numpy(zero_copy_only=False)
        .astype(object)
    )
    day, month, year = date_parts(born)
    for codes, maker in _MAKERS.items():
        wanted = np.flatnonzero(
            np.isin(
                countries,
                [geo.index[code.lower()] for code in codes.split() if code.lower() in geo.index],
            )
        )
        if len(wanted):
            digits = dice.below(len(wanted) * 18, 10).reshape(len(wanted), 18)
            texts[wanted] = maker(digits, day[wanted], month[wanted], year[wanted], male[wanted])
    return pa.array(texts, pa.string())


def date_parts(days: npt.NDArray[np.datetime64]) -> tuple[Ints, Ints, Ints]:
    """Day, month and year of dates."""
    months = days.astype("datetime64[M]")
    day = (days - months).astype(np.int64) + 1
    return (
        day,
        months.astype(np.int64) % 12 + 1,
        months.astype("datetime64[Y]").astype(np.int64) + 1970,
    )


def _numbers(dice: Dice, countries: Ints, patterns: list[str]) -> pa.StringArray:
    width = max(map(len, patterns))
    letters = np.array([[sign == "A" for sign in form.ljust(width)] for form in patterns])
    unused = np.array([[sign == " " for sign in form.ljust(width)] for form in patterns])
    u = dice.uniform(len(countries), width)
    signs = np.where(letters[countries], 65 + np.floor(u * 26), 48 + np.floor(u * 10)).astype(
        np.uint32
    )
    signs[unused[countries]] = 0
    return pa.array(np.ascontiguousarray(signs).view(f"U{width}").ravel(), pa.string())


def _text(columns: list[Ints]) -> list[str]:
    signs = np.stack(columns, axis=1).astype(np.uint32) + 48
    return [str(text) for text in np.ascontiguousarray(signs).view(f"U{len(columns)}").ravel()]


def _split(number: Ints, width: int) -> list[Ints]:
    """The decimal digits of whole numbers, highest first."""
    return [number // 10 ** (width - 1 - place) % 10 for place in range(width)]


def _weighted(columns: list[Ints], weights: tuple[int, ...]) -> Ints:
    total = np.zeros(len(columns[0]), dtype=np.int64)
    for column, weight in zip(columns, weights, strict=True):
        total += column * weight
    return total


def _spain(d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]) -> list[str]:
    columns = [d[:, place] for place in range(8)]
    value = _weighted(columns, tuple(10**place for place in range(7, -1, -1)))
    return [
        digits + "TRWAGMYFPDXBNJZSQVHLCKE"[rest]
        for digits, rest in zip(_text(columns), (value % 23).tolist(), strict=True)
    ]


def _china(d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]) -> list[str]:
    county = np.array([110101, 310101, 440103, 350203, 330302, 510104])[d[:, 0] % 6]
    sequence = [d[:, 1], d[:, 2], d[:, 3] // 2 * 2 + male]
    columns = _split(county, 6)
    columns += [*_split(year, 4), *_split(month, 2), *_split(day, 2), *sequence]
    weights = tuple(pow(2, place, 11) for place in range(17, 0, -1))
    check = (12 - _weighted(columns, weights) % 11) % 11
    return [
        digits + "0123456789X"[rest]
        for digits, rest in zip(_text(columns), check.tolist(), strict=True)
    ]


def _turkey(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [np.maximum(d[:, 0], 1), *(d[:, place] for place in range(1, 9))]
    tenth = _weighted(columns, (7, -1, 7, -1, 7, -1, 7, -1, 7)) % 10
    return _text([*columns, tenth, (_weighted(columns, (1,) * 9) + tenth) % 10])


def _iran(d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]) -> list[str]:
    columns = [d[:, place] for place in range(9)]
    rest = _weighted(columns, tuple(range(10, 1, -1))) % 11
    return _text([*columns, np.where(rest < 2, rest, 11 - rest)])


def _korea(d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]) -> list[str]:
    century = np.where(year < 2000, 1, 3) + ~male
    columns = [
        *_split(year % 100, 2),
        *_split(month, 2),
        *_split(day, 2),
        century,
        d[:, 0] % 9,
        d[:, 1],
        d[:, 2] * 0,
        d[:, 3],
        d[:, 4] * 0 + 1,
    ]
    check = (11 - _weighted(columns, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return [text[:6] + "-" + text[6:] for text in _text([*columns, check])]


def _yugoslavia(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    sequence = d[:, 0] % 5 + np.where(male, 0, 5)
    columns = [
        *_split(day, 2),
        *_split(month, 2),
        *_split(year % 1000, 3),
        d[:, 1] * 0 + 7,
        d[:, 2],
        sequence,
        d[:, 3],
        d[:, 4],
    ]
    rest = 11 - _weighted(columns, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return _text([*columns, np.where(rest > 9, 0, rest)])


def _france(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [
        np.where(male, 1, 2),
        *_split(year % 100, 2),
        *_split(month, 2),
        d[:, 0] % 8 + 1,
        d[:, 1] % 8 + 1,
        d[:, 2],
        d[:, 3],
        d[:, 4],
        d[:, 5],
        d[:, 6],
        d[:, 7] % 9 + 1,
    ]
    value = _weighted(columns, tuple(10**place for place in range(12, -1, -1)))
    return _text([*columns, *_split(97 - value % 97, 2)])


def _egypt(d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]) -> list[str]:
    century = np.where(year < 2000, 2, 3)
    sequence = [d[:, 1], d[:, 2], d[:, 3], d[:, 4] // 2 * 2 + male]
    return _text(
        [
            century,
            *_split(year % 100, 2),
            *_split(month, 2),
            *_split(day, 2),
            d[:, 0] * 0,
            d[:, 0] % 4 + 1,
            *sequence,
            d[:, 5] % 9 + 1,
        ]
    )


def _pakistan(
    d: Digits, day: Ints, month: Ints, year: Ints, male: npt.NDArray[np.bool_]
) -> list[str]:
    columns = [
        d[:, 0] % 7 + 1,
        *(d[:, place] for place in range(1, 12)),
        d[:, 12] % 4 * 2 + np.where(male, 1, 2),
    ]
    return [f"{text[:5]}-{text[5:12]}-{text[12:]}" for text in _text(columns)]


_MAKERS: dict[str, Callable[[Digits, Ints, Ints, Ints, npt.NDArray[np.bool_]], list[str]]] = {
    "ES": _spain,
    "CN": _china,
    "TR": _turkey,
    "IR": _iran,
    "KR": _korea,
    "RS BA ME MK SI": _yugoslavia,
    "FR": _france,
    "EG": _egypt,
    "PK": _pakistan,
}


def phones(dice: Dice, countries: Ints) -> pa.StringArray:
    """An invented mobile number with each country's dialling code."""
    count = len(countries)
    rest = join(
        [number_text(60 + dice.below(count, 40)), number_text(dice.below(count, 10_000_000), 7)]
    )
    return join(["+", geography().dial.take(pa.array(countries)), rest])


def emails(dice: Dice, given: pa.StringArray, family: pa.StringArray) -> pa.StringArray:
    """An address made of the names, at domains reserved for examples."""
    count = len(given)
    domain = pa.array(
        ["example.com", "example.org", "example.net", "mail.example.com", "post.example.org"]
    ).take(pa.array(dice.below(count, 5)))
    first = pc.utf8_lower(pc.replace_substring_regex(given, "[^A-Za-z]", ""))
    last = pc.utf8_lower(pc.replace_substring_regex(pc.fill_null(family, ""), "[^A-Za-z]", ""))
    return join([first, ".", last, number_text(dice.below(count, 100)), "@", domain])


def imo_numbers(serials: Ints) -> pa.StringArray:
    """IMO numbers with their check digit from serial numbers (six digits)."""
    columns = _split(100_000 + serials % 900_000, 6)
    check = _weighted(columns, (7, 6, 5, 4, 3, 2)) % 10
    return join(["IMO", pa.array(_text([*columns, check]), pa.string())])
