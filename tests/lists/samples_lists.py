"""Small invented lists in the format of each agency, for the contract tests of readers."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

NULL = "-0- "


def ofac_rows(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as OFAC writes them.

    Numbers are bare, texts quoted, nulls are `-0- `, and the file ends with the DOS end mark.
    """
    lines = []
    for row in rows:
        cells = [
            cell if cell.isdigit() and place < 2 else f'"{cell}"' if cell else NULL
            for place, cell in enumerate(row)
        ]
        lines.append(",".join(cells))
    return "\r\n".join(lines) + "\r\n\x1a"


def ofac_entry(
    number: str, name: str, kind: str = "", remarks: str = "", **columns: str
) -> list[str]:
    """Return the twelve columns of an entry; `program`, `title`, `flag` and so on by name."""
    names = ("program", "title", "call_sign", "vessel_type", "tonnage", "gross", "flag", "owner")
    return [number, name, kind, *(columns.get(column, "") for column in names), remarks]


def write_ofac(folder: Path, entries: Sequence[Sequence[str]] = (), stem: str = "sdn") -> Path:
    """Write a list of three files: a person, a linked company and a ship, or the given entries."""
    rows = entries or (
        ofac_entry(
            "101",
            "TESTOV, Ivan Petrovich",
            "individual",
            "DOB 10 Dec 1948; alt. DOB circa 1950; POB Testgrad, Russia; nationality Russia; "
            "Gender Male; Passport A1234567 (Russia) issued 18 Jan 1999 expires 18 Jan 2009; "
            "a.k.a. 'VANYA'; "
            "Linked To: BLUE DOOR TRADING LLC.",
            program="SDGT] [IRAN",
            title="Minister of Examples",
        ),
        ofac_entry(
            "102",
            "BLUE DOOR TRADING LLC",
            "",
            "Tax ID No. 7707083893 (Russia); all offices worldwide.",
            program="SDGT",
        ),
        ofac_entry(
            "103",
            "SEA EXAMPLE",
            "vessel",
            "Vessel Registration Identification IMO 9074729; Former Vessel Flag Malta.",
            program="IRAN",
            call_sign="T2EU4",
            vessel_type="Tug",
            tonnage="1,050",
            flag="Panama",
        ),
    )
    alternate = [
        ["101", "1", "aka", "TESTOFF, Ivan", ""],
        ["102", "2", "fka", "GREEN DOOR TRADING LLC", ""],
    ]
    address = [
        ["101", "1", "1 Sample Street", "Testgrad 101000", "Russia", ""],
        ["103", "2", "", "", "", ""],
    ]
    numbers = {row[0] for row in rows}
    alternate_stem, address_stem = ("alt", "add") if stem == "sdn" else ("cons_alt", "cons_add")
    for name, content in ((stem, rows), (alternate_stem, alternate), (address_stem, address)):
        (folder / f"{name}.csv").write_text(
            ofac_rows([row for row in content if row[0] in numbers]), "ascii", newline=""
        )
    return folder


UN_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">\n'
)


def un_individual(number: str, first: str = "ALPHA", inner: str = "") -> str:
    """Return one individual of the UN's list as XML."""
    return (
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{first}</FIRST_NAME>"
        "<SECOND_NAME>EXAMPLE</SECOND_NAME>"
        f"<UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><REFERENCE_NUMBER>QDi.{number}</REFERENCE_NUMBER>"
        f"<LISTED_ON>2012-12-31</LISTED_ON>{inner}</INDIVIDUAL>\n"
    )


def build_un_document(individuals: str, entities: str = "") -> str:
    """Return a document of the UN's list."""
    parts = f"<INDIVIDUALS>\n{individuals}</INDIVIDUALS>\n<ENTITIES>\n{entities}</ENTITIES>\n"
    return f"{UN_HEAD}{parts}</CONSOLIDATED_LIST>\n"


def write_un_sc(folder: Path) -> Path:
    """Write a list of two individuals and an entity."""
    details = (
        "<COMMENTS1>Mother's name is Zeta Example. Brother of Beta Example (QDi.202).</COMMENTS1>"
        "<NATIONALITY><VALUE>Testland</VALUE></NATIONALITY>"
        "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY>"
        "<ALIAS_NAME>Alfa Exempel</ALIAS_NAME></INDIVIDUAL_ALIAS>"
        "<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY>"
        "<ALIAS_NAME>The Sample</ALIAS_NAME></INDIVIDUAL_ALIAS>"
        "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR>"
        "<TO_YEAR>1962</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>"
        "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>X123456</NUMBER>"
        "<ISSUING_COUNTRY>Testland</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>"
    )
    entity = (
        "<ENTITY><DATAID>301</DATAID><FIRST_NAME>EXAMPLE TRADING COMPANY (ETC)</FIRST_NAME>"
        "<UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPe.301</REFERENCE_NUMBER>"
        "<ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY>"
        "<ALIAS_NAME>Old Example Trading</ALIAS_NAME></ENTITY_ALIAS>"
        "<ENTITY_ADDRESS><CITY>Testville</CITY><COUNTRY>Testland</COUNTRY></ENTITY_ADDRESS>"
        "</ENTITY>\n"
    )
    path = folder / "consolidated.xml"
    path.write_text(
        build_un_document(
            un_individual("201", "ALPHA", details) + un_individual("202", "BETA"), entity
        ),
        "utf-8",
    )
    return path


_EU_HEADER = """
    celex recordId programKey annex measure startDate reason schema name alias weakAlias
    previousName country nationality jurisdiction birthDate birthPlace position passportNumber
    gender appearance ethnicity fatherName motherName incorporationDate legalForm sector
    registrationNumber taxNumber idNumber innCode ogrnCode kppCode okpoCode leiCode swiftBic ticker
    imoNumber mmsi flag address phone email website notes
"""
EU_COLUMNS = tuple(_EU_HEADER.split())


def write_eu_journal(folder: Path, rows: Sequence[dict[str, str]] | None = None) -> Path:
    """Write an annex with two persons and a company, or with the given rows."""
    if rows is None:
        rows = (
            {
                "recordId": "1",
                "schema": "Person",
                "name": "Ivan Petrovich TESTOV",
                "alias": "Иван Петрович ТЕСТОВ; Ivan TESTOFF",
                "birthDate": "26.11.1972",
                "birthPlace": "Testgrad, former USSR (now Russian Federation)",
                "nationality": "Russian",
                "gender": "male",
            },
            {
                "recordId": "",
                "schema": "Person",
                "name": "Olga Ivanovna TESTOVA",
                "birthDate": "1960 or 1961",
            },
            {
                "recordId": "3",
                "schema": "LegalEntity",
                "name": "Example Trading LLC (ETL)",
                "registrationNumber": "7707083893 (Tax ID/INN)",
                "address": "1 Sample Street, Testgrad, Russian Federation; Russian Federation",
            },
        )
    path = folder / "39999R0001.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, EU_COLUMNS, restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow({"celex": "39999R0001", "annex": "I", "programKey": "EU-TST", **row})
    return path


BIS_COLUMNS = (
    "Name",
    "Street_Address",
    "City",
    "State",
    "Country",
    "Postal_Code",
    "Effective_Date",
    "Expiration_Date",
    "Standard_Order",
    "Last_Update",
    "Action",
    "FR_Citation",
)


def write_bis_dpl(folder: Path, rows: Sequence[dict[str, str]] = ()) -> Path:
    """Write a person, a company and a repeated row, or the given rows."""
    person = {
        "Name": "IVAN TESTOV",
        "Street_Address": "1 SAMPLE STREET",
        "City": "RICHARDSON",
        "State": "TX",
        "Effective_Date": "06/19/2003",
        "Expiration_Date": "06/29/2056",
        "Standard_Order": "Y",
        "Last_Update": "2007-01-31",
    }
    company = {
        "Name": "BLUE DOOR TRADING, LLC",
        "City": "TESTVILLE",
        "Country": "DE",
        "Effective_Date": "01/02/2015",
    }
    path = folder / "dpl.txt"
    lines = ["\t".join(f'"{column}"' for column in BIS_COLUMNS)]
    lines += [
        "\t".join(f'"{row.get(column, "")}"' for column in BIS_COLUMNS)
        for row in rows or (person, company, person)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


CSL_COLUMNS = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,"
    "start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,"
    "gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,"
    "alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,"
    "ids"
).split(",")
_CSL_ROWS: tuple[dict[str, str], ...] = (
    {
        "_id": "9001",
        "source": "Specially Designated Nationals (SDN) - Treasury Department",
        "entity_number": "36",
        "type": "Individual",
        "programs": "SDGT; TESTPROGRAM",
        "name": "PRUEBA, Ramiro Ejemplo",
        "title": "Director General",
        "addresses": "1 Sample Road, Testville, XK; Otherton, XA",
        "remarks": "(Linked To: BLUE SAMPLE TRADING.)",
        "alt_names": "PRUEBAS, Ramiro; EL EJEMPLO",
        "citizenships": "XK",
        "dates_of_birth": "1963-07-04; circa 1964",
        "nationalities": "XK; XA",
        "places_of_birth": "Testville, XK",
        "ids": "Passport, ZZ0019516, XK; Gender, Male; 7729314745, Tax ID No., XK",
    },
    {
        "_id": "9002",
        "source": "Entity List (EL) - Bureau of Industry and Security",
        "name": "Quill Freight Technology Co., Ltd.",
        "addresses": "7 Harbour Street, Otherton, XA",
        "federal_register_notice": "99 FR 12345",
        "start_date": "2030-02-01",
        "license_requirement": "All items; see 744.11",
    },
    {
        "_id": "9003",
        "source": "Specially Designated Nationals (SDN) - Treasury Department",
        "entity_number": "37",
        "type": "Vessel",
        "name": "SAMPLE STAR",
        "call_sign": "T3ST1",
        "vessel_type": "Crude Oil Tanker",
        "vessel_flag": "XK",
        "ids": "Vessel Registration Identification, IMO 9187629",
    },
    {
        "_id": "9004",
        "source": "Denied Persons List (DPL) - Bureau of Industry and Security",
        "name": "MORTIMER SPECIMEN",
        "start_date": "2031-10-18",
        "standard_order": "Y",
    },
)


def write_us_csl(folder: Path, rows: Sequence[dict[str, str]] = _CSL_ROWS) -> Path:
    """Write a person, a company, a vessel and a person without a type, or the given rows."""
    path = folder / "consolidated.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, CSL_COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "ofac": write_ofac,
    "un_sc": write_un_sc,
    "eu_journal": write_eu_journal,
    "bis_dpl": write_bis_dpl,
    "us_csl": write_us_csl,
}
