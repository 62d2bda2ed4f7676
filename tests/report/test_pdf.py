"""PDF: names in all scripts are drawn with letters of a font, joined and ordered."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from resolver.report.pdf import Heading, Paragraph, Part, Table, _drawable, render_pdf

pytest.importorskip("fpdf")
pytest.importorskip("noto_cjk_sans_otc")

AT = datetime(2026, 3, 4, tzinfo=UTC)
NAMES = (
    "Usama bin Ladin",
    "أسامة بن محمد بن عوض بن لادن",
    "Владимир Петров",
    "Ελένη",
    "王小明",
    "김정은",
    "サトウ",
    "तिवारी",
    "สมชาย",
    "שרה",
)


def render(*parts: Part) -> bytes:
    return render_pdf("Report", parts, created=AT)


def test_every_script_has_a_font() -> None:
    for name in NAMES:
        assert _drawable(name) == name


def test_a_character_without_a_font_is_written_as_its_code() -> None:
    assert _drawable("a\U0001f600b\x07c") == "a[U+1F600]b c"


def test_a_report_embeds_the_fonts_of_its_scripts_alone() -> None:
    latin = render(Paragraph(NAMES[0]))
    fonts = set(re.findall(rb"/FontName /\w+\+(\w+)", latin))
    assert fonts == {b"NotoSans"}
    everything = render(Heading(NAMES[1]), Table(("Name",), [[name] for name in NAMES], (1,)))
    fonts = set(re.findall(rb"/FontName /\w+\+(\w+)", everything))
    assert {
        b"NotoSansArabic",
        b"NotoSansDevanagari",
        b"NotoSansHebrewLight",
        b"NotoSansThai",
    } < fonts
    assert any(b"CJK" in font for font in fonts)


def test_equal_reports_are_equal_bytes() -> None:
    assert render(Paragraph(NAMES[1])) == render(Paragraph(NAMES[1]))


def test_a_long_text_goes_on_in_the_next_rows() -> None:
    table = Table(("A", "B"), [["王" * 5_000, "x"], ["", ""]], (1, 30))
    assert len(re.findall(rb"/Type /Page\b", render(table))) > 5
