"""Invented entries, written as each publisher writes its list."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

PERSON, GROUP, SHIP = "Person", "Organization", "Vessel"
_GIVEN = (
    "Amara Brahim Chiyo Davit Elif Farid Goran Hamza Ines Jovan Karim Lejla Mirek Nadia".split()
)
_FAMILY = "Testov Okonjo Haddad Marwani Szabo Quillon Ferreira Yilmazer Kovalenko Dragan".split()
_PLACES = (("Testville", "Libya"), ("Samplegrad", "Serbia"), ("Probeburg", "Syria"))


@dataclass(frozen=True)
class Subject:
    """Person, group or ship of an invented list."""

    number: int
    schema: str
    given: str
    family: str
    alias: str
    weak_alias: str
    script_name: str
    birth: tuple[int, int, int]
    place: tuple[str, str]
    document: str
    reference: str
    program: str
    reason: str
    listed: str
    imo: str = ""

    @property
    def name(self) -> str:
        """Return the whole name in given-family order."""
        return f"{self.given} {self.family}".strip()

    @property
    def birth_date(self) -> str:
        """Return the date of birth in canonical form."""
        year, month, day = self.birth
        return "-".join(f"{part:02d}" for part in (year, month, day) if part)


def make_subjects(count: int, seed: int = 1) -> list[Subject]:
    """Return invented subjects: mostly persons, every fourth a group or a ship."""
    rng = random.Random(seed)
    subjects = []
    for number in range(1, count + 1):
        schema = (SHIP if number % 8 == 0 else GROUP) if number % 4 == 0 else PERSON
        family = f"{rng.choice(_FAMILY)}{_letters(number)}"
        given = rng.choice(_GIVEN)
        if schema != PERSON:
            given, family = "", f"{family.title()} {'Star' if schema == SHIP else 'Trading LLC'}"
        day = 0 if number % 5 == 0 else rng.randint(1, 28)
        subjects.append(
            Subject(
                number=number,
                schema=schema,
                given=given,
                family=family,
                alias=f"{given or 'Blue'} {rng.choice(_FAMILY)}{_letters(number + 7)}",
                weak_alias=f"Abu {rng.choice(_GIVEN)}{_letters(number)}",
                script_name=f"Тест {'абвгдежзик'[number % 10]}{'клмнопрст'[number % 9]}ов",
                birth=(rng.randint(1940, 2000), rng.randint(1, 12) if day else 0, day),
                place=rng.choice(_PLACES),
                document=f"{rng.choice('ABCDEFG')}{1_000_000 + number}",
                reference=f"QDi.{number % 1_000:03d}",
                program=("TAQA", "LBY")[number % 2],
                reason="Leader of a network for the smuggling of migrants."
                if number % 2
                else "Supplies spare parts.",
                listed=f"20{10 + number % 12}-0{1 + number % 9}-15",
                imo=_imo(number) if schema == SHIP else "",
            )
        )
    return subjects


def _letters(number: int) -> str:
    text = ""
    while number:
        number, place = divmod(number, 26)
        text += "abcdefghijklmnopqrstuvwxyz"[place]
    return text


def _imo(number: int) -> str:
    digits = f"{900_000 + number:06d}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True))
    return f"{digits}{check % 10}"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _attributes(**values: object) -> str:
    return " ".join(f"{name}={quoteattr(str(value))}" for name, value in values.items())


def _csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


# ---- European Union -----------------------------------------------------------------------------

_ACT = _attributes(
    regulationType="amendment",
    publicationDate="2018-02-16",
    numberTitle="2018/223 (OJ L43)",
    publicationUrl="http://eur-lex.europa.eu/act?a=1&b=2",
)
_COUNTRY_CODES = {"Libya": "LY", "Serbia": "RS", "Syria": "SY"}


def eu_xml(subjects: Sequence[Subject]) -> str:
    """Return the XML of the EU's list."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<export xmlns="http://eu.europa.ec/fpi/fsd/export" '
        'generationDate="2026-08-05T16:47:04.449+02:00" globalFileId="184961">\n'
    ]
    parts += map(_eu_entity, subjects)
    return "".join((*parts, "</export>\n"))


def _eu_entity(item: Subject) -> str:
    kind = ("person", "P") if item.schema == PERSON else ("enterprise", "E")
    names = (
        (item.given, item.family, item.name, "true", "", item.number * 10),
        ("", "", item.alias, "true", "", item.number * 10 + 1),
        ("", "", item.weak_alias, "false", "", item.number * 10 + 2),
        ("", "", item.script_name, "true", "BG", item.number * 10 + 3),
    )
    parts = [
        f'<sanctionEntity designationDetails="" unitedNationId="{item.reference}" '
        f'euReferenceNumber="EU.{item.number}.{item.number % 90}" logicalId="{item.number}">\n',
        _tag("remark", item.reason),
        '<regulation regulationType="amendment" organisationType="commission" '
        f'publicationDate="{item.listed}" entryIntoForceDate="{item.listed}" '
        f'numberTitle="2018/223 (OJ L43)" programme="{item.program}" logicalId="1">\n'
        "<publicationUrl>http://eur-lex.europa.eu/act?a=1&amp;b=2</publicationUrl></regulation>\n",
        f'<subjectType code="{kind[0]}" classificationCode="{kind[1]}"/>\n',
    ]
    for given, family, whole, strong, language, number in names:
        is_main = number % 10 == 0
        attributes = _attributes(
            firstName=given,
            middleName="",
            lastName=family,
            wholeName=whole,
            function="Leader" if is_main else "",
            gender="M" if is_main and item.schema == PERSON else "",
            title="Mr" if is_main else "",
            nameLanguage=language,
            strong=strong,
            regulationLanguage="en",
            logicalId=number,
        )
        parts.append(f"<nameAlias {attributes}>\n<regulationSummary {_ACT}/></nameAlias>\n")
    parts += _eu_facts(item)
    return "".join((*parts, "</sanctionEntity>\n"))


def _eu_facts(item: Subject) -> list[str]:
    town, country = item.place
    year, month, day = item.birth
    place = _attributes(countryIso2Code=_COUNTRY_CODES[country], countryDescription=country.upper())
    tail = f'{place} regulationLanguage="en" logicalId="{item.number}"'
    parts = []
    if item.schema == PERSON:
        date = f'birthdate="{item.birth_date}" dayOfMonth="{day}" monthOfYear="{month}" ' * bool(
            day
        )
        parts += [
            f'<citizenship region="" {tail}/>\n',
            f'<birthdate circa="false" calendarType="GREGORIAN" city="{town}" zipCode="" {date}'
            f'year="{year}" region="" place="" {tail}><regulationSummary {_ACT}/></birthdate>\n',
            '<identification diplomatic="false" knownExpired="false" knownFalse="true" '
            'reportedLost="false" revokedByIssuer="false" issuedBy="" latinNumber="" '
            f'nameOnDocument="" number="{item.document}" region="" '
            'identificationTypeCode="passport" identificationTypeDescription="National passport" '
            f"{tail}><remark>(passport)</remark><regulationSummary {_ACT}/></identification>\n",
        ]
    parts.append(
        f'<address city="{town}" street="1 Sample Street" poBox="12" zipCode="1000" region="" '
        f'place="" asAtListingTime="false" {tail}>'
        f'<contactInfo key="EMAIL" value="a{item.number}@example.org"/></address>\n'
    )
    if item.imo:
        parts.append(
            f'<identification number="{item.imo}" identificationTypeCode="imo" '
            f'identificationTypeDescription="IMO number" {tail}/>\n'
        )
    return parts


EU_COLUMNS = """
fileGenerationDate Entity_LogicalId Entity_EU_ReferenceNumber Entity_UnitedNationId
Entity_DesignationDate Entity_DesignationDetails Entity_Remark Entity_SubjectType
Entity_SubjectType_ClassificationCode Entity_Regulation_Type Entity_Regulation_OrganisationType
Entity_Regulation_PublicationDate Entity_Regulation_EntryIntoForceDate
Entity_Regulation_NumberTitle Entity_Regulation_Programme Entity_Regulation_PublicationUrl
NameAlias_LastName NameAlias_FirstName NameAlias_MiddleName NameAlias_WholeName
NameAlias_NameLanguage NameAlias_Gender NameAlias_Title NameAlias_Function NameAlias_LogicalId
NameAlias_RegulationLanguage NameAlias_Remark NameAlias_Regulation_Type
NameAlias_Regulation_OrganisationType NameAlias_Regulation_PublicationDate
NameAlias_Regulation_EntryIntoForceDate NameAlias_Regulation_NumberTitle
NameAlias_Regulation_Programme NameAlias_Regulation_PublicationUrl Address_City Address_Street
Address_PoBox Address_ZipCode Address_Region Address_Place Address_AsAtListingTime
Address_ContactInfo Address_CountryIso2Code Address_CountryDescription Address_LogicalId
Address_RegulationLanguage Address_Remark Address_Regulation_Type
Address_Regulation_OrganisationType Address_Regulation_PublicationDate
Address_Regulation_EntryIntoForceDate Address_Regulation_NumberTitle Address_Regulation_Programme
Address_Regulation_PublicationUrl BirthDate_BirthDate BirthDate_Day BirthDate_Month BirthDate_Year
BirthDate_YearRangeFrom BirthDate_YearRangeTo BirthDate_Circa BirthDate_CalendarType
BirthDate_ZipCode BirthDate_Region BirthDate_Place BirthDate_City BirthDate_CountryIso2Code
BirthDate_CountryDescription BirthDate_LogicalId BirthDate_RegulationLanguage BirthDate_Remark
BirthDate_Regulation_Type BirthDate_Regulation_OrganisationType
BirthDate_Regulation_PublicationDate BirthDate_Regulation_EntryIntoForceDate
BirthDate_Regulation_NumberTitle BirthDate_Regulation_Programme BirthDate_Regulation_PublicationUrl
Identification_Number Identification_Diplomatic Identification_KnownExpired
Identification_KnownFalse Identification_ReportedLost Identification_RevokedByIssuer
Identification_IssuedBy Identification_IssuedDate Identification_ValidFrom Identification_ValidTo
Identification_LatinNumber Identification_NameOnDocument Identification_TypeCode
Identification_TypeDescription Identification_Region Identification_CountryIso2Code
Identification_CountryDescription Identification_LogicalId Identification_RegulationLanguage
Identification_Remark Identification_Regulation_Type Identification_Regulation_OrganisationType
Identification_Regulation_PublicationDate Identification_Regulation_EntryIntoForceDate
Identification_Regulation_NumberTitle Identification_Regulation_Programme
Identification_Regulation_PublicationUrl Citizenship_Region Citizenship_CountryIso2Code
Citizenship_CountryDescription Citizenship_LogicalId Citizenship_RegulationLanguage
Citizenship_Remark Citizenship_Regulation_Type Citizenship_Regulation_OrganisationType
Citizenship_Regulation_PublicationDate Citizenship_Regulation_EntryIntoForceDate
Citizenship_Regulation_NumberTitle Citizenship_Regulation_Programme
Citizenship_Regulation_PublicationUrl
""".split()


def eu_csv(subjects: Sequence[Subject]) -> str:
    """Return the CSV of the EU's list: a row for each name, birth, address and document."""
    rows: list[list[str]] = [EU_COLUMNS]
    for item in subjects:
        person = item.schema == PERSON
        town, country = item.place
        where = {"CountryIso2Code": _COUNTRY_CODES[country], "CountryDescription": country.upper()}
        common = {
            "fileGenerationDate": "05/08/2026",
            "Entity_LogicalId": str(item.number),
            "Entity_EU_ReferenceNumber": f"EU.{item.number}.{item.number % 90}",
            "Entity_UnitedNationId": item.reference,
            "Entity_Remark": item.reason,
            "Entity_SubjectType": "P" if person else "E",
            "Entity_SubjectType_ClassificationCode": "person" if person else "enterprise",
            "Entity_Regulation_Type": "amendment",
            "Entity_Regulation_PublicationDate": item.listed,
            "Entity_Regulation_EntryIntoForceDate": item.listed,
            "Entity_Regulation_NumberTitle": "2018/223 (OJ L43)",
            "Entity_Regulation_Programme": item.program,
            "Entity_Regulation_PublicationUrl": "http://eur-lex.europa.eu/act?a=1&b=2",
        }
        parts = [
            {
                "NameAlias_LastName": item.family if item.given else "",
                "NameAlias_FirstName": item.given,
                "NameAlias_WholeName": item.name,
                "NameAlias_Gender": "M" if person else "",
                "NameAlias_Title": "Mr",
                "NameAlias_Function": "Leader",
                "NameAlias_LogicalId": str(item.number * 10),
            },
            {
                "NameAlias_WholeName": item.alias,
                "NameAlias_LogicalId": str(item.number * 10 + 1),
            },
            {
                "NameAlias_WholeName": item.weak_alias,
                "NameAlias_LogicalId": str(item.number * 10 + 2),
                "NameAlias_Remark": "low quality alias",
            },
            {
                "NameAlias_WholeName": item.script_name,
                "NameAlias_NameLanguage": "BG",
                "NameAlias_LogicalId": str(item.number * 10 + 3),
            },
            {
                "Address_City": town,
                "Address_Street": "1 Sample Street",
                "Address_PoBox": "12",
                "Address_ZipCode": "1000",
                "Address_ContactInfo": f"EMAIL[a{item.number}@example.org]",
                **{f"Address_{name}": text for name, text in where.items()},
            },
        ]
        if person:
            year, month, day = item.birth
            parts += [
                {
                    "BirthDate_BirthDate": item.birth_date if day else "",
                    "BirthDate_Day": str(day or ""),
                    "BirthDate_Month": str(month or ""),
                    "BirthDate_Year": str(year),
                    "BirthDate_Circa": "false",
                    "BirthDate_CalendarType": "GREGORIAN",
                    "BirthDate_City": town,
                    **{f"BirthDate_{name}": text for name, text in where.items()},
                },
                {
                    "Identification_Number": item.document,
                    "Identification_KnownFalse": "true",
                    "Identification_TypeCode": "passport",
                    "Identification_TypeDescription": "National passport",
                    "Identification_Remark": "(passport)",
                    **{f"Identification_{name}": text for name, text in where.items()},
                },
                {f"Citizenship_{name}": text for name, text in where.items()},
            ]
        if item.imo:
            parts.append(
                {
                    "Identification_Number": item.imo,
                    "Identification_TypeCode": "imo",
                    "Identification_TypeDescription": "IMO number",
                    **{f"Identification_{name}": text for name, text in where.items()},
                }
            )
        rows += [[(common | part).get(column, "") for column in EU_COLUMNS] for part in parts]
    return "\ufeff" + _csv(rows, ";")


# ---- United Kingdom -----------------------------------------------------------------------------


def _uk_id(item: Subject) -> str:
    return f"GIM{item.number:04d}" if item.number < 10_000 else f"GIM{item.number}"


_UK_KINDS = {PERSON: "Individual", GROUP: "Entity", SHIP: "Ship"}
_UK_REGIME = "The Global Irregular Migration and Trafficking in Persons Sanctions Regulations 2025"


def _uk_date(item: Subject, unknown: str = "dd/mm") -> str:
    year, month, day = item.birth
    return f"{day:02d}/{month:02d}/{year}" if day else f"{unknown}/{year}"


def _slashed(day: str) -> str:
    return "/".join(reversed(day.split("-")))


def uk_xml(subjects: Sequence[Subject]) -> str:
    """Return the XML of the UK sanctions list."""
    head = '<?xml version="1.0" encoding="utf-8"?>\n<Designations>\n'
    body = "".join(map(_uk_designation, subjects))
    return f"{head}<DateGenerated>20/08/2026</DateGenerated>\n{body}</Designations>\n"


def _uk_designation(item: Subject) -> str:
    town, country = item.place
    first = _tag("Name1", item.given)
    names = (
        f"<Name>{first}{_tag('Name6', item.family)}<NameType>Primary Name</NameType></Name>",
        f"<Name>{_tag('Name6', item.alias)}<NameType>Alias</NameType>"
        "<AliasStrength>Good quality a.k.a</AliasStrength></Name>",
        f"<Name>{_tag('Name6', item.weak_alias)}<NameType>ALias</NameType>"
        "<AliasStrength>Low quality a.k.a</AliasStrength></Name>",
    )
    details = {
        PERSON: (
            f"<IndividualDetails><Individual><DOBs><DOB>{_uk_date(item)}</DOB></DOBs>"
            f"<PassportDetails><Passport>{_tag('PassportNumber', item.document)}"
            f"<PassportAdditionalInformation>{country} passport</PassportAdditionalInformation>"
            f"</Passport></PassportDetails><Nationalities>{_tag('Nationality', country)}"
            "</Nationalities><Positions><Position>Leader</Position></Positions>"
            "<Genders><Gender>Male</Gender></Genders><BirthDetails><Location>"
            f"{_tag('TownOfBirth', town)}{_tag('CountryOfBirth', country)}</Location>"
            "</BirthDetails></Individual></IndividualDetails>"
        ),
        GROUP: (
            "<EntityDetails><Entity><TypeOfEntities><TypeOfEntity>Company</TypeOfEntity>"
            "</TypeOfEntities><ParentCompanies><ParentCompany>Example Holding</ParentCompany>"
            "</ParentCompanies></Entity></EntityDetails>"
        ),
        SHIP: (
            f"<ShipDetails><Ship><IMONumbers>{_tag('IMONumber', f'IMO{item.imo}')}</IMONumbers>"
            "<CurrentOwnerOperators><CurrentOwnerOperator>Example Shipping</CurrentOwnerOperator>"
            "</CurrentOwnerOperators><CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>"
            "Comoros</CurrentBelievedFlagOfShip></CurrentBelievedFlagOfShips><TonnageOfShipDetails>"
            "<TonnageOfShip>7078</TonnageOfShip></TonnageOfShipDetails></Ship></ShipDetails>"
        ),
    }[item.schema]
    return (
        "<Designation>\n<LastUpdated>14/04/2026</LastUpdated>"
        f"{_tag('DateDesignated', _slashed(item.listed))}{_tag('UniqueID', _uk_id(item))}"
        f"{_tag('OFSIGroupID', str(7000 + item.number))}"
        f"{_tag('UNReferenceNumber', item.reference)}\n"
        f"<Names>{''.join(names)}</Names><NonLatinNames><NonLatinName>"
        f"{_tag('NameNonLatinScript', item.script_name)}</NonLatinName></NonLatinNames>\n"
        f"<Titles><Title>Haji</Title></Titles>{_tag('RegimeName', _UK_REGIME)}"
        f"{_tag('IndividualEntityShip', _UK_KINDS[item.schema])}"
        "<DesignationSource>UK</DesignationSource>"
        "<SanctionsImposed>Asset freeze|Travel Ban</SanctionsImposed>"
        "<SanctionsImposedIndicators><AssetFreeze>true</AssetFreeze></SanctionsImposedIndicators>\n"
        f"<OtherInformation>See the register.</OtherInformation>"
        f"{_tag('UKStatementofReasons', item.reason)}\n<Addresses><Address>"
        f"<AddressLine1>1 Sample Street</AddressLine1>{_tag('AddressLine6', town)}"
        f"<AddressPostalCode>1000</AddressPostalCode>{_tag('AddressCountry', country)}"
        f"</Address></Addresses>{details}"
        f"<EmailAddresses>{_tag('EmailAddress', f'a{item.number}@example.org')}</EmailAddresses>\n"
        "</Designation>\n"
    )


UK_COLUMNS = (
    "Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,"
    "Name 5,Name type,Alias strength,Title,Name non-latin script,Non-latin script type,Non-latin "
    "script language,Regime Name,Designation Type,Designation source,Sanctions Imposed,Other "
    "Information,UK Statement of Reasons,Address Line 1,Address Line 2,Address Line 3,Address Line "
    "4,Address Line 5,Address Line 6,Address Postal Code,Address Country,Phone number,Website,"
    "Email address,Date Designated,D.O.B,Nationality(/ies),National Identifier number,National "
    "Identifier additional information,Passport number,Passport additional information,Position,"
    "Gender,Town of birth,Country of birth,Type of entity,Subsidiaries,Parent company,Business "
    "registration number (s),IMO number,Current owner/operator (s),Previous owner/operator (s),"
    "Current believed flag of ship,Previous flags,Type of ship,Tonnage of ship,Length of ship,"
    "Year Built,Hull identification number (HIN)"
).split(",")


def uk_csv(subjects: Sequence[Subject]) -> str:
    """Return the CSV of the UK sanctions list: a row for each name."""
    rows: list[list[str]] = [["Report Date: 20-Aug-2026"], UK_COLUMNS]
    for item in subjects:
        town, country = item.place
        common = {
            "Last Updated": "14/04/2026",
            "Unique ID": _uk_id(item),
            "OFSI Group ID": str(7000 + item.number),
            "UN Reference Number": item.reference,
            "Title": "Haji",
            "Regime Name": _UK_REGIME,
            "Designation Type": _UK_KINDS[item.schema],
            "Designation source": "UK",
            "Sanctions Imposed": "Asset freeze|Travel Ban",
            "Other Information": "See the register.",
            "UK Statement of Reasons": item.reason,
            "Address Line 1": "1 Sample Street",
            "Address Line 6": town,
            "Address Postal Code": "1000",
            "Address Country": country,
            "Email address": f"a{item.number}@example.org",
            "Date Designated": _slashed(item.listed),
        }
        if item.schema == PERSON:
            common |= {
                "D.O.B": _uk_date(item, "00/00"),
                "Nationality(/ies)": country,
                "Passport number": item.document,
                "Passport additional information": f"{country} passport",
                "Position": "Leader",
                "Gender": "Male",
                "Town of birth": town,
                "Country of birth": country,
            }
        elif item.schema == GROUP:
            common |= {"Type of entity": "Company", "Parent company": "Example Holding"}
        else:
            common |= {
                "IMO number": f"IMO{item.imo}",
                "Current owner/operator (s)": "Example Shipping",
                "Current believed flag of ship": "Comoros",
                "Tonnage of ship": "7078",
            }
        names = (
            {
                "Name 6": item.family,
                "Name 1": item.given,
                "Name type": "Primary Name",
                "Name non-latin script": item.script_name,
            },
            {"Name 6": item.alias, "Name type": "Alias", "Alias strength": "Good quality a.k.a"},
            {
                "Name 6": item.weak_alias,
                "Name type": "Alias",
                "Alias strength": "Low quality a.k.a",
            },
        )
        rows += [[(common | name).get(column, "") for column in UK_COLUMNS] for name in names]
    return _csv(rows)


OFSI_COLUMNS = (
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,Non-Latin Script Type,"
    "Non-Latin Script Language,DOB,Town of Birth,Country of Birth,Nationality,Passport Number,"
    "Passport Details,National Identification Number,National Identification Details,Position,"
    "Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,Post/Zip Code,Country,Other "
    "Information,Group Type,Alias Type,Alias Quality,Regime,Listed On,UK Sanctions List Date "
    "Designated,Last Updated,Group ID"
).split(",")


def ofsi_csv(subjects: Sequence[Subject]) -> str:
    """Return the CSV of the OFSI list: a row for each name."""
    rows: list[list[str]] = [["Last Updated", "27/01/2026"], OFSI_COLUMNS]
    for item in subjects:
        town, country = item.place
        information = (
            f"(UK Sanctions List Ref):{_uk_id(item)} (UN Ref):{item.reference} See the register. "
            f"(UK Statement of Reasons):{item.reason} (Email address):a{item.number}@example.org"
        )
        if item.schema == PERSON:
            information += " (Gender):Male"
        elif item.schema == GROUP:
            information += " (Type of entity):Company (Parent company):Example Holding"
        else:
            information += (
                f" (IMO number):{item.imo} (Current owners):Example Shipping"
                " (Flag of ship):Comoros (Tonnage of ship):7078"
            )
        common = {
            "Title": "Haji",
            "Address 1": "1 Sample Street",
            "Address 6": town,
            "Post/Zip Code": "1000",
            "Country": country,
            "Other Information": information,
            "Group Type": _UK_KINDS[item.schema],
            "Regime": "Global Irregular Migration and Trafficking in Persons",
            "Listed On": _slashed(item.listed),
            "UK Sanctions List Date Designated": _slashed(item.listed),
            "Last Updated": "14/04/2026",
            "Group ID": str(7000 + item.number),
        }
        if item.schema == PERSON:
            common |= {
                "DOB": _uk_date(item, "00/00"),
                "Town of Birth": f"(1) {town} (2) Otherville",
                "Country of Birth": country,
                "Nationality": country,
                "Passport Number": item.document,
                "Passport Details": f"{country} passport",
                "Position": "(1) Leader (2) Trader",
            }
        names = (
            {
                "Name 6": item.family,
                "Name 1": item.given,
                "Alias Type": "Primary name",
                "Name Non-Latin Script": item.script_name,
            },
            {"Name 6": item.alias, "Alias Type": "AKA", "Alias Quality": "Good quality"},
            {"Name 6": item.weak_alias, "Alias Type": "AKA", "Alias Quality": "Low quality"},
        )
        rows += [[(common | name).get(column, "") for column in OFSI_COLUMNS] for name in names]
    return _csv(rows)


# ---- Switzerland --------------------------------------------------------------------------------


def seco_xml(subjects: Sequence[Subject]) -> str:
    """Return the XML of SECO's list, with one target that was removed from it."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<swiss-sanctions-list list-type="whole-list" date="2026-08-27">\n'
        '<sanctions-program ssid="20" version-date="2026-05-21">'
        '<program-key lang="eng">Libya</program-key><program-key lang="ger">Libyen</program-key>'
        '<program-name lang="eng">Ordinance on measures against Libya</program-name>'
        '<sanctions-set ssid="4387" lang="eng">article 12</sanctions-set><origin>UN</origin>'
        "</sanctions-program>\n"
    )
    removed = (
        '<target ssid="99"><sanctions-set-id>4387</sanctions-set-id><individual>'
        '<identity ssid="98" main="true"><name ssid="97" name-type="primary-name" quality="good" '
        'lang="eng"><name-part order="1" name-part-type="whole-name"><value>Gone Person</value>'
        "</name-part></name></identity></individual>"
        '<modification modification-type="de-listed" publication-date="2016-03-01" '
        'effective-date="2016-03-01"/><modification modification-type="listed" '
        'publication-date="2015-03-01" effective-date="2015-03-01"/></target>\n'
    )
    places = "".join(
        f'<place ssid="{number}"><location>{town}</location><country iso-code="XX">{country}'
        "</country></place>\n"
        for number, (town, country) in enumerate(_PLACES, 1)
    )
    body = "".join(map(_seco_target, subjects))
    return f"{head}{body}{removed}{places}</swiss-sanctions-list>\n"


def _seco_name(kind: str, quality: str, parts: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<name-part order="{place}" name-part-type="{part}"><value>{escape(text)}</value>'
        + (
            f'<spelling-variant lang="rus" script="CYRL">{spelling}</spelling-variant>'
            if spelling
            else ""
        )
        + "</name-part>"
        for place, (part, text, spelling) in enumerate(parts, 1)
    )
    return f'<name ssid="1" name-type="{kind}" quality="{quality}" lang="eng">{inner}</name>'


def _seco_target(item: Subject) -> str:
    person = item.schema == PERSON
    place = _PLACES.index(item.place) + 1
    first_script, _, last_script = item.script_name.partition(" ")
    parts = (
        [("family-name", item.family, last_script), ("given-name", item.given, first_script)]
        if person
        else [("whole-name", item.name, item.script_name)]
    )
    year, month, day = item.birth
    date = f'day="{day}" month="{month}" ' if day else ""
    names = (
        _seco_name("primary-name", "good", parts)
        + _seco_name("alias", "good", [("whole-name", item.alias, "")])
        + _seco_name("alias", "low", [("whole-name", item.weak_alias, "")])
    )
    facts = (
        f'<day-month-year ssid="2" {date}year="{year}" calendar="Gregorian" quality="good"/>'
        f'<place-of-birth ssid="3" place-id="{place}" quality="good"/>'
        f'<nationality ssid="4"><country iso-code="XX">{item.place[1]}</country></nationality>'
        '<identification-document ssid="5" document-type="passport">'
        f'<number>{item.document}</number><issuer code="XX">{item.place[1]}</issuer>'
        "<date-of-issue>2010-05-01</date-of-issue></identification-document>"
        if person
        else ""
    )
    tag = {PERSON: "individual", GROUP: "entity", SHIP: "object"}[item.schema]
    attributes = ' sex="male"' if person else ' object-type="vessel"' if item.imo else ""
    information = (
        f'<other-information ssid="7">IMO number: {item.imo}</other-information>'
        if item.imo
        else '<other-information ssid="7">See the register.</other-information>'
    )
    return (
        f'<target ssid="{item.number * 100}"><sanctions-set-id>4387</sanctions-set-id>'
        f"<foreign-identifier>{item.reference}</foreign-identifier>\n<{tag}{attributes}>"
        f'<identity ssid="{item.number * 100 + 1}" main="true">{names}{facts}'
        f'<address ssid="6" place-id="{place}" quality="good">'
        "<address-details>1 Sample Street</address-details><zip-code>1000</zip-code></address>"
        f'</identity>\n<justification ssid="8">{escape(item.reason)}</justification>{information}'
        f'</{tag}>\n<modification modification-type="listed" enactment-date="{item.listed}" '
        f'publication-date="{item.listed}" effective-date="{item.listed}"/></target>\n'
    )


# ---- United States ------------------------------------------------------------------------------

_OFAC_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _ofac_date(item: Subject) -> str:
    year, month, day = item.birth
    return f"{day:02d} {_OFAC_MONTHS[month - 1]} {year}" if day else str(year)


def _ofac_program(item: Subject) -> str:
    return "SDGT" if item.number % 2 else "LIBYA3"


def sdn_xml(subjects: Sequence[Subject]) -> str:
    """Return OFAC's plain XML."""
    head = (
        '<?xml version="1.0" standalone="yes"?>\n<sdnList xmlns="https://sanctionslistservice.ofac'
        '.treas.gov/api/PublicationPreview/exports/XML">\n<publshInformation>'
        f"<Publish_Date>08/28/2026</Publish_Date><Record_Count>{len(subjects)}</Record_Count>"
        "</publshInformation>\n"
    )
    return f"{head}{''.join(map(_sdn_entry, subjects))}</sdnList>\n"


def _sdn_entry(item: Subject) -> str:
    town, country = item.place
    kinds = {PERSON: "Individual", GROUP: "Entity", SHIP: "Vessel"}
    parts = [
        f"<sdnEntry>\n<uid>{item.number}</uid>{_tag('firstName', item.given)}"
        f"{_tag('lastName', item.family)}<sdnType>{kinds[item.schema]}</sdnType>"
        f"{_tag('remarks', '(Linked To: EXAMPLE NETWORK)')}\n"
        f"<programList>{_tag('program', _ofac_program(item))}</programList>\n"
    ]
    if item.schema == PERSON:
        parts.append(
            f"<idList><id><uid>1</uid><idType>Passport</idType>{_tag('idNumber', item.document)}"
            f"{_tag('idCountry', country)}<issueDate>01 May 2010</issueDate></id>"
            "<id><uid>2</uid><idType>Gender</idType><idNumber>Male</idNumber></id></idList>\n"
        )
    elif item.imo:
        parts.append(
            "<idList><id><uid>1</uid><idType>Vessel Registration Identification</idType>"
            f"<idNumber>IMO {item.imo}</idNumber></id></idList>\n"
        )
    parts.append(
        "<akaList><aka><uid>3</uid><type>a.k.a.</type><category>strong</category>"
        f"{_tag('lastName', item.alias)}</aka><aka><uid>4</uid><type>a.k.a.</type>"
        f"<category>weak</category>{_tag('lastName', item.weak_alias)}</aka></akaList>\n"
        "<addressList><address><uid>5</uid><address1>1 Sample Street</address1>"
        f"{_tag('city', town)}<postalCode>1000</postalCode>{_tag('country', country)}"
        "</address></addressList>\n"
    )
    if item.schema == PERSON:
        parts.append(
            f"<nationalityList><nationality><uid>6</uid>{_tag('country', country)}"
            "<mainEntry>true</mainEntry></nationality></nationalityList><dateOfBirthList>"
            f"<dateOfBirthItem><uid>7</uid>{_tag('dateOfBirth', _ofac_date(item))}"
            "<mainEntry>true</mainEntry></dateOfBirthItem></dateOfBirthList><placeOfBirthList>"
            f"<placeOfBirthItem><uid>8</uid>{_tag('placeOfBirth', f'{town}, {country}')}"
            "<mainEntry>true</mainEntry></placeOfBirthItem></placeOfBirthList>\n"
        )
    elif item.imo:
        parts.append(
            "<vesselInfo><callSign>T2EU4</callSign><vesselType>Tug</vesselType>"
            "<vesselFlag>Comoros</vesselFlag><vesselOwner>Example Shipping</vesselOwner>"
            "<tonnage>7,078</tonnage></vesselInfo>\n"
        )
    return "".join((*parts, "</sdnEntry>\n"))


_ADVANCED_SETS = {
    "AliasType": {"1400": "A.K.A.", "1401": "F.K.A.", "1403": "Name"},
    "CalendarType": {"1": "Gregorian"},
    "Country": {"1": "Libya", "2": "Serbia", "3": "Syria"},
    "DetailReference": {"91526": "Male", "81": "Tug"},
    "FeatureType": {
        "8": "Birthdate",
        "9": "Place of Birth",
        "10": "Nationality Country",
        "25": "Location",
        "26": "Title",
        "224": "Gender",
        "3": "Vessel Flag",
        "2": "VESSEL TYPE",
        "4": "Vessel Owner",
        "104": "Secondary sanctions risk:",
    },
    "IDRegDocDateType": {"1480": "Issue Date", "1481": "Expiration Date"},
    "IDRegDocType": {"1571": "Passport", "1626": "Vessel Registration Identification"},
    "LegalBasis": {"1828": "Executive Order 13224 (Terrorism)"},
    "List": {"1550": "SDN List"},
    "LocPartType": {"1451": "ADDRESS1", "1454": "CITY", "1456": "POSTAL CODE"},
    "NamePartType": {"1520": "Last Name", "1521": "First Name", "1525": "Entity Name"},
    "PartyType": {"1": "Individual", "2": "Entity", "4": "Transport"},
    "RelationType": {"15003": "Owned or Controlled By", "1555": "Associate Of"},
    "SanctionsType": {"1": "Program", "1705": "Block"},
    "Script": {"215": "Latin", "220": "Cyrillic"},
}


def advanced_xml(subjects: Sequence[Subject]) -> str:
    """Return OFAC's advanced XML."""
    sets = "".join(
        f"<{name}Values>"
        + "".join(f'<{name} ID="{number}">{text}</{name}>' for number, text in values.items())
        + f"</{name}Values>\n"
        for name, values in _ADVANCED_SETS.items()
    )
    sets += (
        '<PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>'
        '<PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType>'
        '<PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>\n'
    )
    locations = "".join(
        f'<Location ID="{number}"><LocationCountry CountryID="{number}" CountryRelevanceID="1"/>'
        + "".join(
            f'<LocationPart LocPartTypeID="{kind}"><LocationPartValue Primary="true" '
            f'LocPartValueTypeID="1" LocPartValueStatusID="1"><Comment/><Value>{text}</Value>'
            "</LocationPartValue></LocationPart>"
            for kind, text in (("1451", "1 Sample Street"), ("1454", town), ("1456", "1000"))
        )
        + f'</Location>\n<Location ID="1{number}">'
        f'<LocationCountry CountryID="{number}" CountryRelevanceID="1"/></Location>\n'
        for number, (town, _) in enumerate(_PLACES, 1)
    )
    documents, parties, relations, entries = zip(*map(_advanced_parts, subjects), strict=True)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<Sanctions xmlns="https://sanctionslistservice.'
        'ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML" Version="3">\n<DateOfIssue '
        'CalendarTypeID="1"><Year>2026</Year><Month>7</Month><Day>27</Day></DateOfIssue>\n'
        f"<ReferenceValueSets>\n{sets}</ReferenceValueSets>\n<Locations>\n{locations}</Locations>\n"
        f"<IDRegDocuments>\n{''.join(documents)}</IDRegDocuments>\n<DistinctParties>\n"
        f"{''.join(parties)}</DistinctParties>\n<ProfileRelationships>\n{''.join(relations)}"
        f"</ProfileRelationships>\n<SanctionsEntries>\n{''.join(entries)}</SanctionsEntries>\n"
        "</Sanctions>\n"
    )


def _advanced_alias(item: Subject, kind: str, texts: Sequence[tuple[str, str]], low: str) -> str:
    values = "".join(
        f'<DocumentedNamePart><NamePartValue NamePartGroupID="{group}" ScriptID="215" '
        f'ScriptStatusID="1" Acronym="false">{escape(text)}</NamePartValue></DocumentedNamePart>'
        for group, text in texts
        if text
    )
    primary = "true" if kind == "1403" else "false"
    return (
        f'<Alias FixedRef="{item.number}" AliasTypeID="{kind}" Primary="{primary}" '
        f'LowQuality="{low}"><DocumentedName ID="1" FixedRef="{item.number}" DocNameStatusID="1">'
        f"{values}</DocumentedName></Alias>"
    )


def _advanced_feature(kind: str, inner: str) -> str:
    return (
        f'<Feature ID="1" FeatureTypeID="{kind}"><FeatureVersion ID="1" ReliabilityID="1">'
        f"<Comment/>{inner}</FeatureVersion></Feature>\n"
    )


def _advanced_day(year: int, month: int, day: int) -> str:
    return f"<Year>{year}</Year><Month>{month}</Month><Day>{day}</Day>"


def _advanced_parts(item: Subject) -> tuple[str, str, str, str]:
    place = _PLACES.index(item.place) + 1
    person = item.schema == PERSON
    year, month, day = item.birth
    first = _advanced_day(year, month or 1, day or 1)
    last = first if day else _advanced_day(year, 12, 31)
    features = _advanced_feature("25", f'<VersionLocation LocationID="{place}"/>')
    document = ""
    head = f'<IDRegDocument ID="{item.number}" IDRegDocTypeID='
    if person:
        period = (
            f'<DatePeriod CalendarTypeID="1"><Start Approximate="false"><From>{first}</From>'
            f'<To>{first}</To></Start><End Approximate="false"><From>{last}</From><To>{last}</To>'
            "</End></DatePeriod>"
        )
        features += _advanced_feature("8", f'{period}<VersionDetail DetailTypeID="1430"/>')
        features += _advanced_feature(
            "9", f'<VersionDetail DetailTypeID="1432">{", ".join(item.place)}</VersionDetail>'
        )
        features += _advanced_feature("10", f'<VersionLocation LocationID="1{place}"/>')
        features += _advanced_feature(
            "224", '<VersionDetail DetailTypeID="1431" DetailReferenceID="91526"/>'
        )
        issued = _advanced_day(2010, 5, 1)
        document = (
            f'{head}"1571" IdentityID="9{item.number}" IssuedBy-CountryID="{place}" ValidityID="1">'
            f"<Comment/><IDRegistrationNo>{item.document}</IDRegistrationNo><IssuingAuthority/>"
            '<DocumentDate IDRegDocDateTypeID="1480"><DatePeriod CalendarTypeID="1"><Start>'
            f"<From>{issued}</From></Start><End><To>{issued}</To></End></DatePeriod>"
            "</DocumentDate></IDRegDocument>\n"
        )
    elif item.imo:
        features += _advanced_feature(
            "2", '<VersionDetail DetailTypeID="1431" DetailReferenceID="81"/>'
        )
        features += _advanced_feature(
            "4", '<VersionDetail DetailTypeID="1432">Example Shipping</VersionDetail>'
        )
        document = (
            f'{head}"1626" IdentityID="9{item.number}" ValidityID="1"><Comment/>'
            f"<IDRegistrationNo>IMO {item.imo}</IDRegistrationNo></IDRegDocument>\n"
        )
    sub_type = {PERSON: "4", GROUP: "3", SHIP: "1"}[item.schema]
    groups = (("11", "1520"), ("12", "1521")) if person else (("13", "1525"),)
    names = [("11", item.family), ("12", item.given)] if person else [("13", item.name)]
    group_tags = "".join(
        f'<MasterNamePartGroup><NamePartGroup ID="{number}" NamePartTypeID="{kind}"/>'
        "</MasterNamePartGroup>"
        for number, kind in groups
    )
    party = (
        f'<DistinctParty FixedRef="{item.number}"><Comment/><Profile ID="{item.number}" '
        f'PartySubTypeID="{sub_type}"><Identity ID="9{item.number}" FixedRef="{item.number}" '
        'Primary="true" False="false">'
        f"{_advanced_alias(item, '1403', names, 'false')}"
        f"{_advanced_alias(item, '1400', [('', item.alias)], 'false')}"
        f"{_advanced_alias(item, '1400', [('', item.weak_alias)], 'true')}"
        f"<NamePartGroups>{group_tags}</NamePartGroups></Identity>\n{features}</Profile>"
        "</DistinctParty>\n"
    )
    relation = (
        f'<ProfileRelationship ID="{item.number}" From-ProfileID="{item.number}" '
        f'To-ProfileID="{max(1, item.number - 1)}" RelationTypeID="1555" RelationQualityID="1" '
        'Former="false"><Comment/></ProfileRelationship>\n'
    )
    listed_year, listed_month, listed_day = map(int, item.listed.split("-"))
    entry = (
        f'<SanctionsEntry ID="{item.number}" ProfileID="{item.number}" ListID="1550"><EntryEvent '
        'ID="1" EntryEventTypeID="1" LegalBasisID="1828"><Comment/><Date CalendarTypeID="1">'
        f"{_advanced_day(listed_year, listed_month, listed_day)}</Date></EntryEvent>"
        '<SanctionsMeasure ID="1" SanctionsTypeID="1705"><Comment/></SanctionsMeasure>'
        f'<SanctionsMeasure ID="2" SanctionsTypeID="1"><Comment>{_ofac_program(item)}</Comment>'
        "</SanctionsMeasure></SanctionsEntry>\n"
    )
    return document, party, relation, entry


# ---- single states ------------------------------------------------------------------------------


def csl_json(subjects: Sequence[Subject]) -> str:
    """Return the US consolidated screening list as JSON."""
    kinds = {PERSON: "Individual", GROUP: "Entity", SHIP: "Vessel"}
    results: list[dict[str, Any]] = []
    for item in subjects:
        town, country = item.place
        person = item.schema == PERSON
        ids = [
            {"type": "Passport", "number": item.document, "country": _COUNTRY_CODES[country]}
            if person
            else {"type": "Registration Number", "number": f"R{item.number}99", "country": "LY"}
        ]
        if person:
            ids.append({"type": "Gender", "number": "Male"})
        if item.imo:
            ids = [{"type": "Vessel Registration Identification", "number": f"IMO {item.imo}"}]
        results.append(
            {
                "addresses": [
                    {
                        "address": "1 Sample Street",
                        "city": town,
                        "state": None,
                        "postal_code": "1000",
                        "country": _COUNTRY_CODES[country],
                    }
                ],
                "alt_names": [item.alias],
                "citizenships": [],
                "dates_of_birth": [item.birth_date] if person else [],
                "end_date": None,
                "entity_number": str(item.number),
                "federal_register_notice": None,
                "id": str(item.number),
                "ids": ids,
                "license_policy": None,
                "license_requirement": None,
                "name": f"{item.family}, {item.given}" if person else item.name,
                "nationalities": [country] if person else [],
                "places_of_birth": [f"{town}, {country}"] if person else [],
                "programs": ["SDGT" if item.number % 2 else "LIBYA3"],
                "remarks": None,
                "source": "Specially Designated Nationals (SDN) - Treasury Department",
                "source_information_url": "https://home.treasury.gov/sdn",
                "source_list_url": "https://sanctionslist.ofac.treas.gov/Home/SdnList",
                "start_date": item.listed,
                "title": None,
                "type": kinds[item.schema],
            }
        )
    return json.dumps({"total": len(results), "sources_used": [], "results": results}, indent=1)


def sema_xml(subjects: Sequence[Subject]) -> str:
    """Return Canada's list."""
    records = []
    for item in subjects:
        person = item.schema == PERSON
        names = (
            f"{_tag('LastName', item.family)}{_tag('GivenName', item.given)}"
            if person
            else _tag("EntityOrShip", item.name)
        )
        records.append(
            f"<record><Country>Libya / Libye</Country>{names}"
            f"{_tag('Aliases', f'{item.alias}; {item.script_name}')}"
            f"{_tag('DateOfBirthOrShipBuildDate', item.birth_date if person else '')}"
            f"<Schedule>1, Part 1</Schedule>{_tag('Item', str(item.number))}"
            f"{_tag('DateOfListing', item.listed)}{_tag('ShipIMONumber', item.imo)}</record>\n"
        )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<data-set>\n'
    return f"{head}{''.join(records)}</data-set>\n"


DFAT_COLUMNS = (
    "Reference,Name of Individual or Entity,Type,Name Type,Alias Strength,Date of Birth,Place of "
    "Birth,Citizenship,Address,Additional Information,Listing Information,IMO Number,Committees,"
    "Control Date,Instrument of Designation,Targeted Financial Sanction,Travel Ban,Arms Embargo,"
    "Maritime Restriction"
).split(",")


def dfat_csv(subjects: Sequence[Subject]) -> str:
    """Return Australia's list: a row for each name."""
    rows: list[list[str]] = [DFAT_COLUMNS]
    kinds = {PERSON: "Individual", GROUP: "Entity", SHIP: "Vessel"}
    for item in subjects:
        town, country = item.place
        person = item.schema == PERSON
        common = {
            "Type": kinds[item.schema],
            "Date of Birth": item.birth_date if person else "",
            "Place of Birth": f"{town}, {country}" if person else "",
            "Citizenship": country,
            "Address": f"1 Sample Street, {town}",
            "Additional Information": item.reason,
            "IMO Number": item.imo,
            "Committees": "1267 (Al-Qaida)" if item.number % 2 else "Autonomous (Iran)",
            "Control Date": _slashed(item.listed),
            "Travel Ban": "TRUE",
            "Arms Embargo": "FALSE",
        }
        names = (
            ("", item.name, "Primary Name", ""),
            ("a", item.alias, "Alias", "Strong"),
            ("b", item.weak_alias, "Alias", "Weak"),
        )
        for letter, name, kind, strength in names:
            row = common | {
                "Reference": f"{item.number}{letter}",
                "Name of Individual or Entity": name,
                "Name Type": kind,
                "Alias Strength": strength,
            }
            rows.append([row.get(column, "") for column in DFAT_COLUMNS])
    return _csv(rows)


def gels_json(subjects: Sequence[Subject]) -> str:
    """Return the French register."""
    natures = {PERSON: "Personne physique", GROUP: "Personne morale", SHIP: "Navire"}
    details = []
    for item in subjects:
        town, country = item.place
        year, month, day = item.birth
        fields: list[tuple[str, dict[str, str]]] = [
            ("ALIAS", {"Alias": item.alias, "Commentaire": ""}),
            ("REFERENCE_ONU", {"ReferenceOnu": item.reference}),
            ("MOTIFS", {"Motifs": "Chef d'un réseau de trafic de migrants."}),
            (
                "FONDEMENT_JURIDIQUE",
                {"FondementJuridique": "1", "FondementJuridiqueLabel": "(UE) 2016/44"},
            ),
            ("ADRESSE_PP", {"Adresse": f"1 Sample Street, {town}", "Pays": country}),
        ]
        if item.schema == PERSON:
            fields += [
                ("PRENOM", {"Prenom": item.given}),
                ("SEXE", {"Sexe": "Masculin"}),
                (
                    "DATE_DE_NAISSANCE",
                    {"Jour": str(day or ""), "Mois": str(month or ""), "Annee": str(year)},
                ),
                ("LIEU_DE_NAISSANCE", {"Lieu": town, "Pays": country}),
                ("NATIONALITE", {"Pays": country}),
                ("PASSEPORT", {"NumeroPasseport": item.document, "Commentaire": ""}),
            ]
        if item.imo:
            fields.append(("NUMERO_OMI", {"NumeroOMI": item.imo}))
        details.append(
            {
                "IdRegistre": item.number,
                "Nature": natures[item.schema],
                "Nom": item.family,
                "RegistreDetail": [
                    {"TypeChamp": kind, "Valeur": [value]} for kind, value in fields
                ],
            }
        )
    head = {"DatePublication": "2026-08-20T00:00:00", "PublicationDetail": details}
    return json.dumps({"Publications": head}, ensure_ascii=False, indent=1)


def nsdc_json(subjects: Sequence[Subject]) -> str:
    """Return subjects of the Ukrainian register."""
    rows = []
    for item in subjects:
        person = item.schema == PERSON
        rows.append(
            {
                "sid": item.number,
                "subjectType": "individual" if person else "legal",
                "name": item.script_name,
                "translit": item.name,
                "aliases": [item.alias],
                "citizenships": [_COUNTRY_CODES[item.place[1]]],
                "bd": item.birth_date,
                "dd": None,
                "identifiers": [
                    {
                        "id": "doc:passport" if person else "reg:edrpou",
                        "code": item.document,
                        "iso2": "LY",
                        "note": None,
                    }
                ],
                "attributes": [{"key": "Посада", "value": "директор"}],
                "status": "active",
            }
        )
    return json.dumps(rows, ensure_ascii=False, indent=1)


# ---- exchange formats ---------------------------------------------------------------------------


def stix_json(subjects: Sequence[Subject]) -> str:
    """Return a bundle of STIX objects."""
    objects: list[dict[str, Any]] = []
    for item in subjects:
        number = f"00000000-0000-4000-8000-{item.number:012d}"
        objects.append(
            {
                "type": "identity" if item.number % 2 else "threat-actor",
                "spec_version": "2.1",
                "id": f"{'identity' if item.number % 2 else 'threat-actor'}--{number}",
                "created": f"{item.listed}T00:00:00.000Z",
                "modified": f"{item.listed}T00:00:00.000Z",
                "name": item.name,
                "aliases": [item.alias],
                "identity_class": "individual" if item.schema == PERSON else "organization",
                "description": item.reason,
            }
        )
    first, second = objects[0]["id"], objects[1]["id"]
    relationship = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": "relationship--00000000-0000-4000-8000-000000000000",
        "relationship_type": "attributed-to",
        "source_ref": second,
        "target_ref": first,
    }
    bundle = {"type": "bundle", "id": "bundle--1", "objects": [*objects, relationship]}
    return json.dumps(bundle, ensure_ascii=False, indent=1)


def lei_xml(subjects: Sequence[Subject]) -> str:
    """Return a file of legal entity identifiers."""
    records = []
    for item in subjects:
        town, country = item.place
        code = _COUNTRY_CODES[country]
        records.append(
            f"<lei:LEIRecord><lei:LEI>{item.number:018d}00</lei:LEI><lei:Entity>"
            f'<lei:LegalName xml:lang="en">{escape(item.name)}</lei:LegalName>'
            '<lei:OtherEntityNames><lei:OtherEntityName type="TRADING_OR_OPERATING_NAME">'
            f"{escape(item.alias)}</lei:OtherEntityName></lei:OtherEntityNames>"
            "<lei:LegalAddress><lei:FirstAddressLine>1 Sample Street</lei:FirstAddressLine>"
            f"<lei:City>{town}</lei:City><lei:Country>{code}</lei:Country></lei:LegalAddress>"
            "<lei:RegistrationAuthority><lei:RegistrationAuthorityID>RA000001"
            "</lei:RegistrationAuthorityID><lei:RegistrationAuthorityEntityID>"
            f"R{item.document}</lei:RegistrationAuthorityEntityID></lei:RegistrationAuthority>"
            f"<lei:LegalJurisdiction>{code}</lei:LegalJurisdiction>"
            "<lei:EntityStatus>ACTIVE</lei:EntityStatus></lei:Entity><lei:Registration>"
            f"<lei:InitialRegistrationDate>{item.listed}T00:00:00Z</lei:InitialRegistrationDate>"
            "</lei:Registration></lei:LEIRecord>\n"
        )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<lei:LEIData '
        'xmlns:lei="http://www.gleif.org/data/schema/leidata/2016">\n<lei:LEIHeader>'
        "<lei:ContentDate>2026-08-20T00:00:00Z</lei:ContentDate></lei:LEIHeader>\n"
    )
    return f"{head}<lei:LEIRecords>\n{''.join(records)}</lei:LEIRecords></lei:LEIData>\n"


STATEMENT_COLUMNS = (
    "canonical_id,entity_id,prop,prop_type,schema,value,dataset,lang,original_value,external,"
    "first_seen,last_seen,id,origin"
).split(",")


def statements_csv(subjects: Sequence[Subject]) -> str:
    """Return statements of OpenSanctions: a row for each value."""
    rows: list[list[str]] = [STATEMENT_COLUMNS]
    for item in subjects:
        values = [("name", item.name), ("alias", item.alias), ("weakAlias", item.weak_alias)]
        if item.schema == PERSON:
            values += [
                ("birthDate", item.birth_date),
                ("passportNumber", item.document),
                ("topics", "crime.traffick.human"),
            ]
        for prop, value in values:
            row = {
                "canonical_id": f"NK-{item.number}",
                "entity_id": f"made-{item.number}",
                "prop": prop,
                "schema": item.schema,
                "value": value,
                "dataset": "made_up",
                "external": "f",
                "id": f"{item.number}-{prop}",
            }
            rows.append([row.get(column, "") for column in STATEMENT_COLUMNS])
    return _csv(rows)


# ---- Offshore Leaks of the ICIJ -----------------------------------------------------------------

_ICIJ_END = "countries country_codes sourceID valid_until note".split()
ICIJ_COLUMNS = {
    "nodes-entities": (
        "node_id name original_name former_name jurisdiction jurisdiction_description company_type "
        "address internal_id incorporation_date inactivation_date struck_off_date dorm_date status "
        "service_provider ibcRUC country_codes countries sourceID valid_until note"
    ).split(),
    "nodes-officers": ["node_id", "name", *_ICIJ_END],
    "nodes-intermediaries": ["node_id", "name", "status", "internal_id", "address", *_ICIJ_END],
    "nodes-others": (
        "node_id name type incorporation_date struck_off_date closed_date jurisdiction "
        "jurisdiction_description countries country_codes sourceID valid_until note"
    ).split(),
    "nodes-addresses": ["node_id", "address", "name", *_ICIJ_END],
    "relationships": (
        "node_id_start node_id_end rel_type link status start_date end_date sourceID".split()
    ),
}
"""Columns of each file of the Offshore Leaks."""


def icij_files(subjects: Sequence[Subject]) -> dict[str, str]:
    """Return the files of the Offshore Leaks: persons are officers of the group after them."""
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in ICIJ_COLUMNS}
    for item in subjects:
        node = {
            "node_id": str(10_000_000 + item.number),
            "name": item.name,
            "countries": f"{item.place[1]};Malta",
            "country_codes": "XXX;MLT",
            "sourceID": "Panama Papers",
            "valid_until": "The Panama Papers data is current through 2015",
        }
        if item.schema == PERSON:
            rows["nodes-officers"].append(node)
            group = 10_000_000 + -(-item.number // 4) * 4
            place = str(20_000_000 + item.number)
            rows["nodes-addresses"].append(
                node | {"node_id": place, "name": "", "address": f"1 Street; {item.place[0]}"}
            )
            for end, kind, link, start in (
                (str(group), "officer_of", "director of", "04-MAR-2009"),
                (place, "registered_address", "registered address", ""),
            ):
                rows["relationships"].append(
                    {
                        "node_id_start": node["node_id"],
                        "node_id_end": end,
                        "rel_type": kind,
                        "link": link,
                        "start_date": start,
                        "sourceID": "Panama Papers",
                    }
                )
        else:
            rows["nodes-entities"].append(
                node
                | {
                    "original_name": item.alias,
                    "former_name": item.weak_alias,
                    "jurisdiction": "SAM",
                    "jurisdiction_description": "Samoa",
                    "company_type": "Standard International Company",
                    "address": "ORION HOUSE; TESTVILLE",
                    "internal_id": str(1_000 + item.number),
                    "incorporation_date": "23-MAR-2006",
                    "struck_off_date": "15-FEB-2013",
                    "status": "Defaulted",
                    "service_provider": "Mossack Fonseca",
                    "ibcRUC": str(25_000 + item.number),
                    "note": item.reason,
                }
            )
    return {
        f"{name}.csv": _csv(
            [columns, *([row.get(column, "") for column in columns] for row in rows[name])]
        )
        for name, columns in ICIJ_COLUMNS.items()
    }


def write_icij(folder: Path, count: int = 8) -> Path:
    """Write the files of the Offshore Leaks and return their folder."""
    for name, text in icij_files(make_subjects(count)).items():
        (folder / name).write_text(text, "utf-8")
    return folder


OTHER_WRITERS: dict[str, tuple[str, Callable[[Sequence[Subject]], str]]] = {
    "us_csl_json": ("consolidated.json", csl_json),
    "ca_sema": ("sema-lmes.xml", sema_xml),
    "au_dfat": ("regulation8_consolidated.csv", dfat_csv),
    "fr_gels": ("flux.json", gels_json),
    "ua_nsdc": ("subjects.json", nsdc_json),
    "stix": ("bundle.json", stix_json),
    "lei_cdf": ("lei.xml", lei_xml),
    "statements": ("statements.csv", statements_csv),
}
WRITERS: dict[str, tuple[str, Callable[[Sequence[Subject]], str]]] = {
    "ofac_sdn_xml": ("SDN.XML", sdn_xml),
    "ofac_advanced_xml": ("SDN_ADVANCED.XML", advanced_xml),
    "eu_fsf_xml": ("xmlFullSanctionsList_1_1.xml", eu_xml),
    "eu_fsf_csv": ("csvFullSanctionsList_1_1.csv", eu_csv),
    "uk_list_xml": ("UK-Sanctions-List.xml", uk_xml),
    "uk_list_csv": ("UK-Sanctions-List.csv", uk_csv),
    "uk_ofsi_csv": ("ConList.csv", ofsi_csv),
    "ch_seco": ("consolidated-list.xml", seco_xml),
}
"""Name of the file and writer of each format."""


def write_list(folder: Path, name: str, count: int = 8) -> Path:
    """Write a list of some entries in a format and return its file."""
    file_name, writer = (WRITERS | OTHER_WRITERS)[name]
    path = folder / file_name
    path.write_text(writer(make_subjects(count)), "utf-8")
    return path
