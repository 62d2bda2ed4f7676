"""Shares of pairs: equal in size, and records born on one day are in one of them."""

from __future__ import annotations

import numpy as np

from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import load_models
from resolver.records import Batch
from resolver.spark.job import assign_shares
from tests.records.samples import record


def assign(births: list[str], shares: int) -> list[int]:
    """Return the share of a record with each date of birth (empty: none)."""
    records = [
        record(f"a:{number:05}", name=f"Ana Silva{number}", birthDate=[text] if text else [])
        for number, text in enumerate(births)
    ]
    batch = Batch.from_records(records).canonical()
    result: list[int] = assign_shares(normalize(batch, load_models()), shares).tolist()
    return result


def test_records_of_one_day_have_one_share() -> None:
    days = [f"{year}-{month:02}-05" for year in (1950, 1951, 1999) for month in (3, 4, 11)]
    swapped = [f"{day[:4]}-{day[8:]}-{day[5:7]}" for day in days]
    shares = assign([*days, *days, *swapped], 7)
    assert shares[:9] == shares[9:18] == shares[18:]
    assert len(set(shares)) > 3


def test_shares_are_about_equal() -> None:
    dates = np.arange("1940-01-01", "2010-01-01", 9, dtype="datetime64[D]").astype(str).tolist()
    for shares in (2, 5, 20):
        sizes = np.bincount(assign([*dates, *[""] * 400], shares), minlength=shares)
        assert sizes.max() < 1.3 * sizes.mean()
