"""Small generated data in the format of a public set."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

FIRST = """
Anna Boris Carla Dmitri Elena Farid Greta Hamid Irina Jonas Karim Lena Milan Nadia Omar Petra
""".split()
LAST = """
Abbasov Berger Costa Dimitrov Eriksen Fischer Garcia Haddad Ivanov Jansen Kowalski Larsen Moreau
""".split()
CITIES = "Lisbon Vienna Oslo Sofia Tunis Izmir".split()
BIRTH_SPANS = ((1940, 2000), (1, 12), (1, 28))


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder whose `fake_1000.csv` has 240 persons.

    Each second person is there twice, with a typo in the surname.
    """
    data = tmp_path_factory.mktemp("data")
    (data / "peers").mkdir()
    chance = random.Random(5)
    with (data / "peers" / "fake_1000.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unique_id", "first_name", "surname", "dob", "city", "email", "cluster"])
        number = 0
        for person in range(240):
            first, last, city = chance.choice(FIRST), chance.choice(LAST), chance.choice(CITIES)
            year, month, day = (chance.randint(*span) for span in BIRTH_SPANS)
            birth_date = f"{year}-{month:02}-{day:02}"
            email = f"{first}.{person}@example.org".lower()
            for copy in range(1 + person % 2):
                surname = last[:-1] if copy else last
                writer.writerow([number, first, surname, birth_date, city, email, person])
                number += 1
    return data
