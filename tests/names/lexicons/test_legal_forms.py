"""Legal forms are found as they are written."""

from __future__ import annotations

from resolver.names.lexicons.legal_forms import find_legal_forms, level_legal_forms


def test_forms_are_found_from_left_to_right() -> None:
    assert find_legal_forms("OOO Acme Trading Ltd. GmbH") == ["OOO", "Ltd.", "GmbH"]
    assert find_legal_forms("Bellcorp") == []


def test_a_name_is_never_empty() -> None:
    assert level_legal_forms("unincorporated") != ""
