"""Searches that people type by mistake, or to see what happens: each is answered clearly."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client

MARIA = "Maria Quispe Huanca"


def search(client: Client, text: str, **parameters: Any) -> Any:
    answer = client.get("/search/default", query_string={"q": text, **parameters})
    assert answer.status_code == 200, answer.json
    return answer.json


def captions(body: Any) -> list[str]:
    return [row["caption"] for row in body["results"]]


def test_a_star_lists_all(client: Client) -> None:
    body = search(client, "*")
    assert body["total"]["value"] == 4
    assert "warnings" not in body


@pytest.mark.parametrize(
    "text",
    [
        f'"{MARIA}"',
        f'"{MARIA}',
        "maria AND quispe",
        "maria' OR 'quispe",
        "(maria) quispe:*",
        "Maria Киспе",
        "Мария Quispe",
        "\u202emaria quispe",
        "MARIA   QUISPE\t",
    ],
)
def test_signs_quotes_and_mixed_scripts_part_words(text: str, client: Client) -> None:
    assert captions(search(client, text))[0] == MARIA


@pytest.mark.parametrize("text", ['"', "''", "!!!", "☃", "%", "\\", "()", "…"])
def test_a_text_without_letters_and_digits_finds_nothing_and_says_so(
    text: str, client: Client
) -> None:
    body = search(client, text)
    assert (body["results"], body["total"]["value"]) == ([], 0)
    assert "no letters and digits" in body["warnings"][0]


def test_a_nul_character_is_refused(client: Client) -> None:
    answer = client.get("/search/default", query_string={"q": "maria\x00quispe"})
    assert (answer.status_code, answer.json["detail"]) == (
        422,
        "an address holds no NUL character (%00)",
    )


@pytest.mark.parametrize("text", ["m", "М", "m q"])
def test_single_letters_find_no_beginnings_and_say_so(text: str, client: Client) -> None:
    body = search(client, text)
    assert body["results"] == []
    assert "type two or more" in body["warnings"][0]


def test_two_letters_find_names_that_begin_with_them(client: Client) -> None:
    body = search(client, "ma")
    assert captions(body) == [MARIA]
    assert "warnings" not in body


@pytest.mark.parametrize(
    ("text", "status"), [("a" * 10_000, 400), ("a" * 2_001, 400), ("a" * 2_000, 200)]
)
def test_a_long_text(text: str, status: int, client: Client) -> None:
    answer = client.get("/search/default", query_string={"q": text})
    assert answer.status_code == status
    if status == 400:
        assert f"{len(text):,} characters" in answer.json["detail"]
        assert "2,000 at most" in answer.json["detail"]
    else:
        assert answer.json["results"] == []


def test_a_thousand_words_are_searched_by_the_first(client: Client) -> None:
    assert captions(search(client, "maria " * 330)) == [MARIA]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("wand:oak", "use countries, topics, datasets"),
        ("genders", "as in countries:ru"),
        ("countries:", "as in countries:ru"),
        (":ru", "as in countries:ru"),
        ("properties.wand:oak", "which nobody has"),
        ("properties.birthdate:1980", "did you mean properties.birthDate?"),
        ("properties.:oak", "which nobody has"),
        ("properties.birthDate:", "as in countries:ru"),
    ],
)
def test_a_filter_that_nobody_knows(text: str, hint: str, client: Client) -> None:
    answer = client.get("/search/default", query_string={"q": "maria", "filter": text})
    assert answer.status_code == 422
    assert hint in answer.json["detail"]


def test_a_parameter_that_nobody_knows_is_named(client: Client) -> None:
    answer = client.get("/search/default?q=maria&countris=ru")
    assert answer.status_code == 200
    assert answer.headers["X-Ignored-Parameters"] == "countris"
