"""Invented people, some of them twice, as rows of a table with known clusters."""

from __future__ import annotations

FIRST = ("Ivan", "Maria", "Tomas", "Leila", "Andrei", "Grace", "Samir", "Elena", "Pavel", "Nadia")
LAST = ("Petrov", "Kowalska", "Novak", "Haddad", "Popescu", "Okafor", "Rahimi", "Sokolova")
CITIES = ("Riga", "Lodz", "Brno", "Tunis", "Cluj", "Lagos", "Herat", "Sofia")
PEOPLE = 40

Row = dict[str, object]


def people() -> list[Row]:
    """Return 60 rows of 40 people: every second one occurs twice, with a misspelt in the name."""
    rows: list[Row] = []
    for number in range(PEOPLE):
        first, last = FIRST[number % len(FIRST)], LAST[(number * 3) % len(LAST)]
        row: Row = {
            "unique_id": 1000 + number,
            "first_name": first,
            "surname": last,
            "dob": f"{1950 + number}-0{1 + number % 9}-1{number % 10}",
            "city": CITIES[number % len(CITIES)],
            "email": f"{first}.{last}{number}@example.org".lower(),
        }
        rows.append(row)
        if number % 2 == 0:
            misspelt = last[:-2] + last[-1] + last[-2]
            rows.append({**row, "unique_id": 2000 + number, "surname": misspelt, "city": None})
    return rows


def true_clusters() -> list[int]:
    """Return the number of the person of each row."""
    return [int(str(row["unique_id"])[1:]) for row in people()]


def partition(labels: list[int]) -> set[frozenset[int]]:
    """Return the sets of rows with equal labels."""
    rows_of: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        rows_of.setdefault(label, []).append(row)
    return {frozenset(rows) for rows in rows_of.values()}
