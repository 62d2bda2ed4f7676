"""Column names in many languages."""

from __future__ import annotations

import csv

import pytest

from resolver.data import FOLDER
from resolver.lists.formats.tabular.column_names import recognize_columns
from resolver.lists.formats.tabular.column_parts import REGISTER, normalize_column_name, read_parts
from resolver.lists.formats.tabular.guessed_mapping import guess_mapping
from resolver.lists.formats.tabular.mapping import build_mapping

PERSON = "firstName lastName birthDate"
NAMED = "name birthDate nationality"
HEADERS = {
    "German": ("Vorname;Nachname;Geburtsdatum", PERSON),
    "French": ("Prénom;Nom de famille;Date de naissance", PERSON),
    "Spanish": ("Nombres;Apellidos;Fecha de nacimiento", PERSON),
    "Italian": ("Nome;Cognome;Data di nascita", PERSON),
    "Portuguese": ("Nome próprio;Apelido;Data de nascimento", PERSON),
    "Dutch": ("Voornaam;Achternaam;Geboortedatum", PERSON),
    "Swedish": ("Förnamn;Efternamn;Födelsedatum", PERSON),
    "Danish and Norwegian": ("Fornavn;Etternavn;Fødselsdato", PERSON),
    "Finnish": ("Etunimi;Sukunimi;Syntymäaika", PERSON),
    "Polish": ("Imię;Nazwisko;Data urodzenia", PERSON),
    "Czech": ("Jméno;Příjmení;Datum narození", PERSON),
    "Slovak": ("Meno;Priezvisko;Dátum narodenia", PERSON),
    "Hungarian": ("Keresztnév;Vezetéknév;Születési idő", PERSON),
    "Romanian": ("Prenume;Nume;Data nașterii", PERSON),
    "Croatian and Serbian": ("Ime;Prezime;Datum rođenja", PERSON),
    "Bulgarian": ("Пълно име;Дата на раждане;Гражданство", NAMED),
    "Turkish": ("Adı;Soyadı;Doğum Tarihi", PERSON),
    "Greek": ("Όνομα;Επώνυμο;Ημερομηνία γέννησης", PERSON),
    "Russian": ("Имя;Фамилия;Дата рождения", PERSON),
    "Ukrainian": ("Ім'я;Прізвище;Дата народження", PERSON),
    "Arabic": ("الاسم الكامل;تاريخ الميلاد;الجنسية", NAMED),
    "Persian": ("نام;نام خانوادگی;تاریخ تولد", PERSON),
    "Hebrew": ("שם פרטי;שם משפחה;תאריך לידה", PERSON),
    "Chinese": ("姓名;出生日期;国籍", NAMED),
    "Japanese": ("氏名;生年月日;国籍", NAMED),
    "Korean": ("성명;생년월일;국적", NAMED),
    "Indonesian and Malay": ("Nama lengkap;Tanggal lahir;Kewarganegaraan", NAMED),
    "Vietnamese": ("Họ và tên;Ngày sinh;Quốc tịch", NAMED),
}


def meanings(header: str) -> list[str]:
    columns = header.split(";")
    recognized = recognize_columns(columns)
    return [recognized[column].prop if column in recognized else "" for column in columns]


@pytest.mark.parametrize("language", HEADERS)
def test_columns_of_each_language_are_recognized(language: str) -> None:
    header, properties = HEADERS[language]
    assert meanings(header) == properties.split()
    assert meanings(header.upper()) == properties.split()
    assert meanings(header.replace(" ", "_").lower()) == properties.split()


def test_every_language_of_the_table_is_tested() -> None:
    text = (FOLDER / "column_words.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["language"] for row in rows} == {"English", *HEADERS}
    assert len({(row["language"], row["property"]) for row in rows}) == len(rows)
    for row in rows:
        if row["property"] not in ("id", "surname?", "given?"):
            build_mapping({"kind": "person", "source": "s", "properties": {row["property"]: "x"}})
        words = row["words"].split("; ")
        assert all(word == word.strip() and normalize_column_name(word) for word in words)


@pytest.mark.parametrize(
    ("header", "properties"),
    [
        ("Name;Vorname", ["lastName", "firstName"]),
        ("Name;Geburtsdatum", ["name", "birthDate"]),
        ("name;first name;dob", ["name", "firstName", "birthDate"]),
        ("nom;date de naissance", ["name", "birthDate"]),
        ("nom;prénom", ["lastName", "firstName"]),
        ("nombre;apellido paterno;apellido materno", ["firstName", "lastName", "lastName"]),
        ("nombre;fecha de nacimiento", ["name", "birthDate"]),
    ],
)
def test_a_word_for_a_name_depends_on_the_other_columns(header: str, properties: list[str]) -> None:
    assert meanings(header) == properties


@pytest.mark.parametrize(
    ("header", "properties"),
    [
        ("Name / Nom;Vorname / Prénom", ["lastName", "firstName"]),
        ("Date of birth (dd/mm/yyyy);Surname*", ["birthDate", "lastName"]),
        ("Geb.-Datum;Staatsangehoerigkeit;GeburtsOrt", ["birthDate", "nationality", "birthPlace"]),
        ("FULL_NAME;DateOfBirth", ["name", "birthDate"]),
        ("Imię i nazwisko;Ur. dn.;Ur. w", ["name", "birthDate", "birthPlace"]),
        ("name/country", [""]),
        ("route_from;Route via", ["route.source", "route.transit"]),
        ("Transit country;routeTo", ["route.transit", "route.destination"]),
    ],
)
def test_spellings_of_headers(header: str, properties: list[str]) -> None:
    assert meanings(header) == properties


@pytest.mark.parametrize(
    ("header", "expected"),
    [("Name;Street;No.;City", None), ("nombre;calle;numero", None), ("No.;Name;Street", "No.")],
)
def test_a_number_after_a_street_is_no_id(header: str, expected: str | None) -> None:
    """Otherwise two persons of one house would be one record."""
    mapping = guess_mapping(header.split(";"), "list")
    assert mapping is not None
    assert mapping.id == expected


def test_a_short_foreign_word_in_an_english_table_is_no_evidence() -> None:
    assert meanings("id;name;ad;dob") == ["id", "name", "", "birthDate"]
    assert meanings("ad;soyad") == ["firstName", "lastName"]


def test_repeated_columns_have_no_meaning() -> None:
    assert meanings("name;name;dob") == ["", "", "birthDate"]
    assert meanings("Name;name") == ["name", ""]


@pytest.mark.parametrize("column", ["birthPlace", "birth_place", "Birth Place", " BIRTH-PLACE "])
def test_column_names_are_normalized(column: str) -> None:
    assert normalize_column_name(column) == "birth_place"


@pytest.mark.parametrize(
    ("column", "language", "prop"),
    [
        ("Fødselsdato (dag/måned)", "Danish and Norwegian", "birthDate"),
        ("Дата и год рожд.", "Russian", "birthDate"),
        ("Cidade de nasc.", "Portuguese", "birthPlace"),
        ("Telefono cellulare ufficio", "Italian", "phone"),
        ("Aktuelle Meldeanschrift", "German", "address"),
        ("乘客姓名", "Chinese", "name"),
        ("Namba ya pasipoti", "Swahili", "passportNumber"),
        ("Фамилия по загранпаспорту", "Russian", "lastName"),
        ("Должность на борту", "Russian", "position"),
        ("Tfno.", "Spanish", "phone"),
        ("Ctznship", "English", "nationality"),
        ("Klantnr.", "Dutch", REGISTER),
        ("Cód. cte.", "Spanish", REGISTER),
        ("Last port of call", "English", ""),
        ("Dok.-Land", "German", ""),
        ("نوع الهوية", "Arabic", ""),
        # other facts of a document, and facts of other persons
        ("Passport date of issue", "English", ""),
        ("Paspoort geldig tot", "Dutch", ""),
        ("Visa type", "English", ""),
        ("Fecha de embarque", "Spanish", ""),
        ("Father's phone", "English", ""),
        ("Spouse name", "English", ""),
        ("Muttersprache", "German", ""),
        ("Anne_Telefon", "Turkish", ""),
        ("الرقم الضريبي لصاحب العمل", "Arabic", ""),
        ("الاسم الرباعي للزوج", "Arabic", ""),
        ("Mailing", "French", ""),
    ],
)
def test_a_name_is_read_by_its_words(column: str, language: str, prop: str) -> None:
    assert read_parts(column, (language,)).get(language, "") == prop


def test_a_holder_is_the_name_only_if_no_other_column_is() -> None:
    assert meanings("Hóspede;Sexo;Nacionalidade")[0] == "name"
    assert meanings("Hóspede;Nome;Nacionalidade")[:2] == ["", "name"]


def test_words_are_read_in_the_languages_of_the_table() -> None:
    assert meanings("name;dob;identifiers") == ["name", "birthDate", ""]


@pytest.mark.parametrize(
    ("columns", "props"),
    [
        (("Nachname/Vorname/Titel", "Geb.datum"), ("name", "birthDate")),
        (("PLZ/Ort", "Nachname"), ("address", "lastName")),
        (("Nazw.", "Imię"), ("lastName", "firstName")),
        (("Ausweis-/Passnr.", "Nachname"), ("idNumber", "lastName")),
        (("PPE (O/N)", "Nom", "Prénom"), ("", "lastName", "firstName")),
    ],
)
def test_alternatives_and_abbreviations_of_names(
    columns: tuple[str, ...], props: tuple[str, ...]
) -> None:
    meanings = recognize_columns(columns)
    found = tuple(meanings[name].prop if name in meanings else "" for name in columns)
    assert found == props
