"""Web addresses; `test_value_types` compares them with the library."""

from __future__ import annotations

import pytest

from resolver.reference.ftm import clean_url


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.example.com", "http://www.example.com/"),
        ("HTTPS://Example.com/A?b=c", "https://Example.com/A?b=c"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("see our page: http://x.org", None),
        ("N.A.", None),
        ("3.4", None),
    ],
)
def test_addresses_have_a_scheme_and_a_host(text: str, address: str | None) -> None:
    assert clean_url(text) == address
