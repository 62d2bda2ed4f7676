"""Single items of OFAC's remarks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.lists.formats.ofac_remarks import (
    MAX_ITEM,
    ORIGIN,
    RemarkFacts,
    is_truncated,
    read_remark,
    split_remarks,
)
from resolver.records import Identifier, Relation, RelationType, Value


def facts_of(remark: RemarkFacts) -> list[tuple[str, str]]:
    """Return (property or relation, text) of each fact."""
    return [
        (fact.prop, fact.text)
        if isinstance(fact, Value)
        else (fact.prop, fact.number)
        if isinstance(fact, Identifier)
        else (fact.type.value, fact.target_name)
        for fact in remark.facts
    ]


@pytest.mark.parametrize(
    ("item", "schema", "expected"),
    [
        ("DOB 10 Dec 1948", "Person", [("birthDate", "1948-12-10")]),
        ("alt. DOB circa 1951", "Person", [("birthDate", "1951~")]),
        ("DOB 01 Jan 1961 to 31 Dec 1963", "Person", [("birthDate", "1961/1963")]),
        (
            "POB Sfax, Tunisia",
            "Person",
            [("birthPlace", "Sfax, Tunisia"), ("birthCountry", "Tunisia")],
        ),
        ("alt. POB Sinaloa", "Person", [("birthPlace", "Sinaloa")]),
        ("nationality Syria", "Person", [("nationality", "Syria")]),
        ("nationality: Eritrean", "Person", [("nationality", "Eritrean")]),
        (
            "nationality possibly Palestinian",
            "Person",
            [("nationality", "Palestinian"), ("notes", "nationality possibly Palestinian")],
        ),
        ("alt. citizen Malta", "Person", [("citizenship", "Malta")]),
        ("Gender Female", "Person", [("gender", "female")]),
        ("a.k.a. 'ABU 'ABD'", "Person", [("weakAlias", "ABU 'ABD")]),
        ("f.k.a. 'OLD NAME'", "Organization", [("previousName", "OLD NAME")]),
        ("Linked To: BLUE DOOR", "Person", [("linkedTo", "BLUE DOOR")]),
        ("wife of Ali Test", "Person", [("familyOf", "Ali Test")]),
        ("Member ETA", "Person", [("memberOf", "ETA")]),
        ("Website www.example.org", "Company", [("website", "www.example.org")]),
        ("alt. Email Address a@example.org", "Company", [("email", "a@example.org")]),
        ("Telephone (98)(21)(66153220)", "Company", [("phone", "98 21 66153220")]),
        (
            "Phone No. 850 2 18111 8204/8208",
            "Company",
            [("phone", "850 2 18111 8204"), ("phone", "850 2 18111 8208")],
        ),
        ("Fax (98)(21)(66153220)", "Company", [("notes", "Fax (98)(21)(66153220)")]),
        (
            "Organization Established Date 17 Jan 2018",
            "Company",
            [("incorporationDate", "2018-01-17")],
        ),
        (
            "Organization Type: Construction of buildings",
            "Company",
            [("sector", "Construction of buildings")],
        ),
        ("Minister of Information", "Person", [("position", "Minister of Information")]),
        ("Minister of Information", "Company", [("notes", "Minister of Information")]),
        ("Maulawi", "Person", [("title", "Maulawi")]),
        ("all offices worldwide", "Company", [("notes", "all offices worldwide")]),
        ("Former Vessel Flag Malta", "Vessel", [("pastFlags", "Malta")]),
        ("Nationality of Registration Russia", "Vessel", [("country", "Russia")]),
        ("Aircraft Model B.747-422", "Airplane", [("model", "B.747-422")]),
        ("Aircraft Manufacture Date 02 Feb 1987", "Airplane", [("buildDate", "1987-02-02")]),
        (
            "Aircraft Operator Test Air",
            "Airplane",
            [("operator", "Test Air"), ("linkedTo", "Test Air")],
        ),
        (
            "Secondary sanctions risk: Sample Regulations, sections 510.201 and 510.210",
            "Person",
            [
                (
                    "notes",
                    "Secondary sanctions risk: Sample Regulations, sections 510.201 and 510.210",
                )
            ],
        ),
        (
            "Chinese Commercial Code 1728 4320",
            "Person",
            [("notes", "Chinese Commercial Code 1728 4320")],
        ),
    ],
)
def test_values_and_relations(item: str, schema: str, expected: list[tuple[str, str]]) -> None:
    remark = read_remark(item, schema)
    assert (facts_of(remark), remark.fault) == (expected, "")
    assert all(fact.origin == ORIGIN for fact in remark.facts)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            "Passport L 191000 (Testland) issued 18 Jan 1984 expires 17 Jan 1994",
            Identifier(
                "passportNumber", "L 191000", "Testland", "Passport", "1984-01-18", "1994-01-17"
            ),
        ),
        (
            "alt. Cedula No. 16247000 (Colombia)",
            Identifier("idNumber", "16247000", "Colombia", "Cedula No."),
        ),
        (
            "NIT # 800146000-7 (Colombia)",
            Identifier("taxNumber", "800146000-7", "Colombia", "NIT #"),
        ),
        (
            "R.F.C. DIB-771110-HQ1 (Mexico)",
            Identifier("taxNumber", "DIB-771110-HQ1", "Mexico", "R.F.C."),
        ),
        (
            "C.U.R.P. GAMR501027HSLXDG00 (Mexico)",
            Identifier("idNumber", "GAMR501027HSLXDG00", "Mexico", "C.U.R.P."),
        ),
        (
            "SSN 523-00-0000 (United States)",
            Identifier("socialSecurityNumber", "523-00-0000", "United States", "SSN"),
        ),
        (
            "Tax ID No. 7707083893 (Russia)",
            Identifier("innCode", "7707083893", "Russia", "Tax ID No."),
        ),
        (
            "Tax ID No. 7707083893 (Serbia)",
            Identifier("taxNumber", "7707083893", "Serbia", "Tax ID No."),
        ),
        (
            "Registration ID 1027700132195",
            Identifier("ogrnCode", "1027700132195", "", "Registration ID"),
        ),
        (
            "Registration ID HRB 26000 (Germany)",
            Identifier("registrationNumber", "HRB 26000", "Germany", "Registration ID"),
        ),
        (
            "Government Gazette Number 00032000 (Russia)",
            Identifier("okpoCode", "00032000", "Russia", "Government Gazette Number"),
        ),
        (
            "Matricula Mercantil No 181301-1 (Cali) (Colombia)",
            Identifier(
                "registrationNumber", "181301-1", "Colombia", "Matricula Mercantil No", note="Cali"
            ),
        ),
        (
            "Matricula Mercantil No 121000 (Manizales)",
            Identifier(
                "registrationNumber", "121000", "", "Matricula Mercantil No", note="Manizales"
            ),
        ),
        (
            "Passport AF465000, Colombia",
            Identifier("passportNumber", "AF465000", "Colombia", "Passport"),
        ),
        (
            "National ID No. D489000(9) (Hong Kong)",
            Identifier("idNumber", "D489000(9)", "Hong Kong", "National ID No."),
        ),
        (
            "Unified Social Credit Code (USCC) 91222401MA0Y31E000 (China)",
            Identifier(
                "registrationNumber",
                "91222401MA0Y31E000",
                "China",
                "Unified Social Credit Code (USCC)",
            ),
        ),
        (
            "Vessel Registration Identification IMO 9074729",
            Identifier("imoNumber", "9074729", "", "Vessel Registration Identification IMO"),
        ),
        (
            "Aircraft Construction Number (also called L/N or S/N or F/N) 8401",
            Identifier(
                "serialNumber",
                "8401",
                "",
                "Aircraft Construction Number (also called L/N or S/N or F/N)",
            ),
        ),
        (
            "alt. Digital Currency Address - XBT 1TestTestTestTestTestTestTestTest",
            Identifier(
                "publicKey",
                "1TestTestTestTestTestTestTestTest",
                "",
                "Digital Currency Address - XBT",
            ),
        ),
        ("Equity Ticker CHA US", Identifier("ticker", "CHA US", "", "Equity Ticker")),
        (
            "Legal Entity Number 485100TESTTESTTEST70",
            Identifier("leiCode", "485100TESTTESTTEST70", "", "Legal Entity Number"),
        ),
        (
            "Fishing Permit No. 77-12 (Testland)",
            Identifier("idNumber", "77-12", "Testland", "Fishing Permit No."),
        ),
    ],
)
def test_identifiers(item: str, expected: Identifier) -> None:
    (identifier,) = read_remark(item, "Person").facts
    assert isinstance(identifier, Identifier)
    assert (
        identifier.prop,
        identifier.number,
        identifier.country,
        identifier.type,
        identifier.issued,
        identifier.expires,
        identifier.note,
    ) == (
        expected.prop,
        expected.number,
        expected.country,
        expected.type,
        expected.issued,
        expected.expires,
        expected.note,
    )


def test_an_unknown_number_of_a_group_is_a_registration() -> None:
    (identifier,) = read_remark("Fishing Permit No. 77-12 (Testland)", "Company").facts
    assert isinstance(identifier, Identifier)
    assert identifier.prop == "registrationNumber"


@pytest.mark.parametrize(
    "item", ["DOB 31 Feb 1970", "DOB unknown", "Organization Established Date soon"]
)
def test_an_unreadable_date_is_a_note_and_a_fault(item: str) -> None:
    remark = read_remark(item, "Person")
    assert facts_of(remark) == [("notes", item)]
    assert remark.fault.startswith("value not taken: ")


def test_relatives_are_relations_with_their_role() -> None:
    assert read_remark("half-brother of Ali Test", "Person").facts == (
        Relation(
            RelationType.FAMILY_OF, target_name="Ali Test", role="half-brother", origin=ORIGIN
        ),
    )


def test_items_end_with_a_stop_or_are_cut() -> None:
    assert list(split_remarks("DOB 1962;arrested 2002; POB Test.")) == [
        "DOB 1962",
        "arrested 2002",
        "POB Test",
    ]
    assert [is_truncated(text) for text in ("DOB 1962.", "DOB 19", "")] == [False, True, False]


REMARK_LIKE = st.text(
    st.sampled_from("DOB POBPassport No.#:12/ ()',;altissuedexpires19"), max_size=80
)


@given(
    st.one_of(st.text(max_size=80), REMARK_LIKE),
    st.sampled_from(["Person", "Company", "Vessel", "Airplane"]),
)
def test_every_item_gives_facts(item: str, schema: str) -> None:
    facts = read_remark(item, schema).facts
    assert facts
    assert all(not isinstance(fact, Identifier) or fact.number for fact in facts)


def test_a_giant_item_becomes_an_unread_note() -> None:
    item = "Passport " + "1" * MAX_ITEM
    assert facts_of(read_remark(item, "Person")) == [("notes", item)]
