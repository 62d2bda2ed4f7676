"""Small data in the format of a public set, made here."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

FIRST = "Anna Boris Carla Dmitri Elena Farid Greta Hamid Irina Jonas Karim Lena Milan Nadia Omar Petra".split()
LAST = "Abbasov Berger Costa Dimitrov Eriksen Fischer Garcia Haddad Ivanov Jansen Kowalski Larsen Moreau".split()
CITIES = "Lisbon Vienna Oslo Sofia Tunis Izmir".split()


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose `fake_1000.csv` holds 240 persons, each second one twice with a slip in the surname."""
    data = tmp_path_factory.mktemp("data")
    (data / "peers").mkdir()
    chance = random.Random(5)
    with (data / "peers" / "fake_1000.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unique_id", "first_name", "surname", "dob", "city", "email", "cluster"])
        number = 0
        for person in range(240):
            first, last, city = chance.choice(FIRST), chance.choice(LAST), chance.choice(CITIES)
            born = f"{chance.randint(1940, 2000)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            email = f"{first}.{person}@example.org".lower()
            for copy in range(1 + person % 2):
                surname = last[:-1] if copy else last
                writer.writerow([number, first, surname, born, city, email, person])
                number += 1
    return data
