"""A few invented records, by whose normal form and keys programs that make other ones are told apart: what such a
program has kept in files is made anew."""

from __future__ import annotations

from resolver.records import Batch, Identifier, Kind, Record, Value

_NAMES = (
    "Ivan Sergeyevich Petrov-Vodkin",
    "Sheikh Abdul Rahman Ould Yasin Mohammed",
    "Nguyễn Văn Đức",
    "Zhang Xiaoming",
    "Kim Cheol-su",
    "J. R. van der Meer Jr.",
)
_ALIASES = (
    "Мария O'Neill",
    "عبد الرزاق الشمري",
    "王小明",
    "김철수",
    "יוסף כהן",
    "राजेश गुप्ता",
    "Հակոբ Տեր-Պետրոսյան",
    "გიორგი",
)


def invented() -> Batch:
    """The records, as a canonical batch."""
    values = [
        *(Value("name", text) for text in _NAMES),
        *(Value("alias", text) for text in _ALIASES),
    ]
    values += [
        Value("birthDate", "1962-05-01"),
        Value("birthPlace", "Saint Petersburg"),
        Value("nationality", "ru"),
        Value("phone", "+49 30 123456"),
        Value("email", "ivan@example.org"),
        Value("position", "Deputy Minister of Finance"),
    ]
    passport = (Identifier("passportNumber", "A1234567", "ru"),)
    company = (
        Value("name", "Vektor Trading Limited Liability Company"),
        Value("alias", "ООО Вектор № 12 (Branch)"),
    )
    records = [
        Record("a", "s", Kind.PERSON, "Person", tuple(values), passport),
        Record("b", "s", Kind.GROUP, "Company", company),
    ]
    return Batch.from_records(records).canonical()
