"""Addresses: one normal form in the writings of many countries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.values.normal_values import address_words


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Hauptstraße 5, 10115 Berlin", "Hauptstr. 5, Berlin 10115"),
        ("Haupt Str. 5", "Hauptstrasse 5"),
        ("12 rue de la Paix, Paris", "12, R. Paix, Paris"),
        ("C/ Mayor 15, 28013 Madrid", "Calle Mayor n.º 15, Madrid 28013"),
        ("Av. Paulista 1000, São Paulo", "Avenida Paulista, 1000 - Sao Paulo"),
        ("Via Roma 10, Milano", "Via Roma n. 10, Milan"),
        ("ul. Marszałkowska 12 m. 4, Warszawa", "Marszalkowska Street 12/4, Warsaw"),
        ("г. Москва, ул. Ленина, д. 5, кв. 12", "Lenina ulitsa 5, apt 12, Moscow"),
        ("пр-т Мира, дом 7, Київ", "Prospekt Mira 7, Kiev"),
        ("Barbaros Mah. Gül Sok. No 4", "Barbaros Mahallesi, Gul Sokak 4"),
        ("Atatürk Bulv. 7", "Ataturk Bulvarı 7"),
        ("Flat 4, 12 Rose Street, Leeds", "12 Rose St, Apt 4, Leeds"),
        ("1600 Pennsylvania Ave NW", "1600 Pennsylvania Avenue Northwest"),
        ("P.O. Box 77, Zürich", "Postfach 77, Zurich"),
        ("а/я 77, Минск", "PO Box 77, Minsk"),
        ("BP 123, Abidjan", "Boite postale 123, Abidjan"),
        ("Casilla de correo 44, La Paz", "Casilla 44, La Paz"),
        ("ص.ب. 44، دبي", "صندوق بريد 44، دبي"),
        ("شارع الملك فهد، الرياض", "الملك فهد، رياض"),
        ("خیابان ولیعصر، پلاک ۱۲", "ولیعصر ۱۲"),
        ("No. 12, Valiasr Ave., Tehran", "Khiaban-e Valiasr 12, Teheran"),
        ("北京市朝阳区建国路88号", "88 Jianguo Lu, Chaoyang Qu, Beijing"),
        ("강남구 세종로 152", "강남 세종 152"),
        ("Kandahar Province", "Kandahar"),
        ("Λεωφόρος Συγγρού 45, Αθήνα", "Syngrou 45, Athens"),
        ("ქუჩა რუსთაველი 5, თბილისი", "Rustaveli Street 5, Tbilisi"),
        ("شارع 12، بيروت", "Street 12, Beirut"),
        ("خیابان ۱۲، تهران", "12 Khiaban, Tehran"),
        ("רחוב 7, ירושלים", "7 Jerusalem"),
    ],
)
def test_writings_of_one_address(text: str, other: str) -> None:
    assert address_words(text) == address_words(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Nothing but words that are left out elsewhere
        ("Street", ["street"]),
        ("La", ["la"]),
        ("Van, Turkey", ["turkey", "van"]),
        ("Xian", ["xian"]),
        ("5 Boulevard Square", ["5", "blvd", "sq"]),
        ("", []),
    ],
)
def test_words_that_stay(text: str, words: list[str]) -> None:
    assert address_words(text) == words


@given(st.text(max_size=30))
def test_words_ascend_and_are_unique(text: str) -> None:
    words = address_words(text)
    assert words == sorted(set(words))
