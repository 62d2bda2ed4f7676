"""Fingerprint records: invented records whose normal form and keys identify a program version.

Files kept by a program that makes other normal forms or keys are built again.
"""

from __future__ import annotations

from resolver.records import Address, Batch, Identifier, Kind, Record, Value

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
    "هێمن ڕەشید",
    "চাঁদ মিয়া",
)
_FACTS = (
    Value("birthDate", "1962-05-01"),
    Value("birthPlace", "Saint Petersburg"),
    Value("nationality", "ru"),
    Value("phone", "+49 30 123456"),
    Value("email", "ivan@example.org"),
    Value("position", "Deputy Minister of Finance"),
)
_COMPANY = (
    Value("name", "Vektor Trading Limited Liability Company"),
    Value("alias", "ООО Вектор № 12 (Branch)"),
)


def fingerprint_records() -> Batch:
    """Return the invented records as a canonical batch."""
    values = [
        *(Value("name", text) for text in _NAMES),
        *(Value("alias", text) for text in _ALIASES),
        *_FACTS,
    ]
    passport = (Identifier("passportNumber", "A1234567", "ru"),)
    tax_number = (Identifier("vatCode", "DE136695976"),)
    home = (Address(full="Hauptstr. 5, 10115 Berlin"),)
    records = [
        Record("a", "s", Kind.PERSON, "Person", tuple(values), passport, home),
        Record("b", "s", Kind.GROUP, "Company", _COMPANY, tax_number),
    ]
    return Batch.from_records(records).canonical()
