"""Settings are read from the environment and checked."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from resolver.errors import UsageError
from resolver.settings import Settings, setting_rows


def test_defaults_without_variables() -> None:
    assert Settings.from_environment({"PATH": "/bin", "RESOLVER_MERGE_AT": " "}) == Settings()


def test_values_are_read() -> None:
    environment = {
        "RESOLVER_MERGE_AT": "0.5",
        "RESOLVER_WRONG_MERGE_COSTS": "40",
        "RESOLVER_DEBUG": "yes",
    }
    settings = Settings.from_environment(environment | {"RESOLVER_MODEL_DIR": "models"})
    assert settings == Settings(
        merge_at=0.5, wrong_merge_costs=40.0, model_dir=Path("models"), debug=True
    )


@pytest.mark.parametrize(
    ("text", "share"), [("1 in 5000", 1 / 5000), ("1 IN 1,000", 0.001), ("0.2", 0.2), ("1", 1.0)]
)
def test_share_of_listed_callers(text: str, share: float) -> None:
    assert Settings.from_environment({"RESOLVER_LISTED": text}).listed == share


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("RESOLVER_LISTED", "0"),
        ("RESOLVER_LISTED", "1 in 0"),
        ("RESOLVER_LISTED", "2 in 3"),
        ("RESOLVER_MERGE_AT", "1.5"),
        ("RESOLVER_MERGE_AT", "nan"),
        ("RESOLVER_MERGE_AT", "high"),
        ("RESOLVER_WRONG_MERGE_COSTS", "0"),
        ("RESOLVER_DEBUG", "perhaps"),
        ("RESOLVER_REVIEW_CAPACITY", "-1"),
    ],
)
def test_invalid_value_is_reported_with_its_range(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is .*set it to"):
        Settings.from_environment({name: text})


@pytest.mark.parametrize(("text", "capacity"), [("", None), ("0", 0), ("50", 50)])
def test_review_capacity_may_be_unset_or_zero(text: str, capacity: int | None) -> None:
    settings = Settings.from_environment({"RESOLVER_REVIEW_CAPACITY": text})
    assert settings.review_capacity == capacity
    row = next(row for row in setting_rows() if row.variable == "RESOLVER_REVIEW_CAPACITY")
    assert (row.default, row.range) == ("", "0 to 1e+06 reviews")


def test_misspelled_name_is_refused() -> None:
    with pytest.raises(UsageError, match="perhaps RESOLVER_MERGE_AT"):
        Settings.from_environment({"RESOLVER_MERGEAT": "0.5"})


def test_settings_cannot_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().debug = True  # type: ignore[misc]


def test_settings_have_help_and_range() -> None:
    rows = setting_rows()
    assert len(rows) == len(fields(Settings))
    assert all(row.help.endswith(".") and row.range for row in rows)
