"""Values are cleaned as by FollowTheMoney's library."""

from __future__ import annotations

import random

import pytest
from followthemoney import registry
from followthemoney.util import sanitize_text
from hypothesis import given
from hypothesis import strategies as st

from resolver.reference.ftm import clean_gender, clean_text, clean_value

# values of JSON may be objects, and entities are ids
KINDS = sorted(kind.name for kind in registry.types if kind.name not in ("entity", "json"))
FORMS = "wikidata iban bic uscc inn ogrn lei uei npi imo isin figi ssn".split()
VALUES = """
fr | FR | France | Soviet Union | London | male | M | männlich | 男 | wanted | crime.fin | Crime
en | eng | EN-us | zh-Hans | chi_sim | pt_BR | xx-yy | german | Deutsch | mul
+49 30 901820 | 0049 30 901820 | +1 202-456-1111 | 030 901820 | tel:+49-30-901820
foo@example.com | mailto:Foo@EXAMPLE.com. | a@ß.de | a@b | a@localhost | x@пример.рф | a@b@c.org
x@xn--e1afmkfd.xn--p1ai | a b@c.org | x@-a.com | x@a..b | x@1.2.3.4 | <x@y.org>
www.google.com | http://a.b/c d | HTTPS://Foo.com | //x.y/z | 3.4 | N.A. | http://[::1]:80/
http://[::1 | http://a.b:x/ | mailto:x@y.z | file:///x | https:example.com | gopher://a.b/
http://so me.com/ | http://_._/ | http://a..b/ | http://x.1/ | vk.com/id1
127.0.0.1 | ::1 | 300.1.1.1 | application/pdf | APPLICATION/PDF; charset=x | text/html;level=1
application/x-pdf | foo/bar/baz | /x | a/ | application/octet-stream | image/jpg
IMO 9074729 | 9074729 | IMO:9074729 x 1234567 | 0000000 | IMO5387281 | 74729
529900T8BM49AURSDO55 | 5299 00T8BM49AURSDO55 | US0378331005 | US0378331006 | BBG000BLNNH6
DE89370400440532013000 | DE89 3704 0044 0532 0130 00 | DEUTDEFF500 | DEUTDEFF | deutdeff
7707083893 | 500100732259 | 1027700132195 | 304500116000157 | 0027700132195 | 1027700132196
1234567893 | 808401234567893 | 0000000000 | Q42 | https://www.wikidata.org/wiki/q42 | Q4x | Q
536-90-4399 | 91110000600037341L | ZQGGHJH74DW7 | 0QGGHJH74DW7 | zqgghjh74dw7
2020-01 | 2020-13-01 | 1.2.2020 | 2020-02-30 | 2021-02-16T21:48:52 | 2020
"quoted" | 'x' | " | a;b,, c | <BR/>x | 1,000.00 EUR | - | e\u0301 | \u200bfoo\u00adbar | \u3000
""".replace("\n", " | ").split(" | ")
NUMBERS = random.Random(3)
GENERATED = [
    *(f"IMO {NUMBERS.randrange(10**6, 10**7)}" for _ in range(300)),
    *(str(NUMBERS.randrange(10**12, 10**13)) for _ in range(300)),
    *(str(NUMBERS.randrange(10**9, 10**10)) for _ in range(300)),
]


def clean_by_library(kind: str, text: str, form: str) -> str | None:
    library_type = registry.get(kind)
    value = library_type.clean(text, format=form or None)
    return value if value and len(value) <= max(library_type.max_length, 1024) else None


@pytest.mark.parametrize(
    ("kind", "form"), [*((kind, "") for kind in KINDS), *(("identifier", form) for form in FORMS)]
)
def test_values_are_cleaned_as_by_the_library(kind: str, form: str) -> None:
    answers = 0
    for text in [*VALUES, *GENERATED, "x" * 1_024, "x" * 70_000]:
        expected = clean_by_library(kind, text, form)
        assert clean_value(kind, text, form) == expected, text
        answers += expected is not None
    assert answers


@given(st.text(max_size=30))
def test_texts_are_cleaned_as_by_the_library(text: str) -> None:
    assert clean_text(text) == sanitize_text(text)
    for kind in ("name", "address", "string"):
        assert clean_value(kind, text) == clean_by_library(kind, text, "")


@pytest.mark.parametrize("text", ["m", "Male ", "féminin", "divers", "unknown", ""])
def test_genders_are_those_of_the_library(text: str) -> None:
    assert clean_gender(text) == registry.gender.clean(text)
