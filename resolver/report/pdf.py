"""Reports as PDF, by fpdf2, and the subject access report.

A report is a list of parts: headings, paragraphs and tables. `render_pdf` returns the file. Names
may be in any script: each character is drawn in the first Noto font that has it, and letters are
joined and ordered by HarfBuzz, as Arabic needs. The fonts come with the extra `pdf`; a report
embeds only the letters that it uses.

The subject access report (`render_subject`) says what a store holds about one person, and who was
shown it. Its content is that of `resolver.trust.audit_chain.report_subject`. It is written for
somebody who does not know the program: the person, or the officer who answers the person.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from resolver.errors import UsageError, pluralize
from resolver.records.labels import property_label, sort_properties

if TYPE_CHECKING:
    from fpdf import FPDF

_PACKAGES = ("fpdf", "uharfbuzz", "manimgx_fonts", "noto_cjk_sans_otc")
_FIRST = ("NotoSans[wght].ttf", "NotoSansArabic[wght].ttf")
"""Fonts that are tried before all others; the first one also draws headings."""
_LEFT_OUT = "NotoEmoji", "NotoSans-Italic"
_COLLECTION = "NotoSansCJK-Regular.ttc"
_SIMPLIFIED = 2
"""Font of the collection that draws Chinese, Japanese and Korean: the one with simplified forms."""
_DARK, _BLACK = (31, 58, 95), (0, 0, 0)
"""Colors of headings and of text. All text has one weight: others take seconds to make."""
_SIZE, _LINE = 9.0, 4.6
"""Size of text in points, and height of a line in millimeters."""
_MAX_CELL = 120
"""Maximum number of characters in a cell of a table. A longer text goes on in the next row, since a
row must fit on one page; 120 Chinese characters fit in the narrowest column.
"""
_MIN_SHARE = 0.12
"""Minimum share of the width of the page that a column has."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Title of a section; readers of PDF list the sections."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text with as many lines as it needs."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Table whose first row is repeated on each page. `shares` are the widths of the columns, as
    parts of the sum.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]


Part = Heading | Paragraph | Table


def check_installed() -> None:
    """Raise `UsageError` if a package of the extra `pdf` is not installed."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"a PDF needs {', '.join(missing)}", hint="pip install 'watchlist-resolver[pdf]'"
        )


def render_pdf(title: str, parts: Sequence[Part], *, created: datetime) -> bytes:
    """Return a report on pages of A4. The same arguments give the same bytes. Characters that no
    font has are written as `[U+1F600]`. Raises `UsageError` without the extra `pdf`.
    """
    check_installed()
    from fpdf import FPDF

    class Pages(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(size=8)
            self.cell(0, 5, _drawable(title), align="L")
            self.set_y(-12)
            self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    pdf = Pages(format="A4")
    pdf.set_title(title)
    pdf.set_lang("en")
    pdf.set_creation_date(created)
    pdf.set_auto_page_break(True, margin=18)
    pdf.set_margins(15, 15)
    texts = [title, "0123456789/", *(text for part in parts for text in _texts_of(part))]
    _add_fonts(pdf, frozenset("".join(map(_drawable, texts))))
    pdf.set_text_shaping(True)
    pdf.add_page()
    _draw_text(pdf, title, 16, 8, _DARK)
    for part in parts:
        _draw(pdf, part)
    return bytes(pdf.output())


def _draw(pdf: FPDF, part: Part) -> None:
    from fpdf.fonts import FontFace

    if isinstance(part, Heading):
        pdf.ln(3)
        if pdf.will_page_break(20):
            pdf.add_page()
        pdf.start_section(_drawable(part.text))
        _draw_text(pdf, part.text, 12, 7, _DARK)
        return
    if isinstance(part, Paragraph):
        _draw_text(pdf, part.text, _SIZE, _LINE, _BLACK)
        pdf.ln(1)
        return
    pdf.set_font("font0", size=_SIZE)
    pdf.set_draw_color(190)
    pdf.set_line_width(0.1)
    least = _MIN_SHARE * sum(part.shares)
    with pdf.table(
        col_widths=tuple(max(share, least) for share in part.shares),
        text_align="LEFT",
        v_align="TOP",
        line_height=_LINE,
        padding=0.8,
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="", fill_color=(232, 236, 242)),
    ) as table:
        table.row([_drawable(text) for text in part.header])
        for row in part.rows:
            for cells in _split_row([_drawable(text) for text in row]):
                table.row(cells)
    pdf.ln(2)


def _draw_text(pdf: FPDF, text: str, size: float, line: float, color: tuple[int, int, int]) -> None:
    pdf.set_font("font0", size=size)
    pdf.set_text_color(*color)
    pdf.multi_cell(0, line, _drawable(text), new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_text_color(*_BLACK)


def _texts_of(part: Part) -> Iterator[str]:
    if isinstance(part, Table):
        yield from part.header
        for row in part.rows:
            yield from row
    else:
        yield part.text


def _split_row(cells: Sequence[str]) -> Iterator[list[str]]:
    """Yield a row of a table, and the rows in which its long texts go on."""
    parts = [[cell] if len(cell) <= _MAX_CELL else textwrap.wrap(cell, _MAX_CELL) for cell in cells]
    for number in range(max(map(len, parts))):
        yield [texts[number] if number < len(texts) else "" for texts in parts]


def _drawable(text: str) -> str:
    """Return a text without control characters, and with the codes of characters that no font
    has.
    """
    known = _coverage()
    shown = [
        " " if unicodedata.category(char) == "Cc" and char != "\n" else char
        for char in unicodedata.normalize("NFC", text)
    ]
    return "".join(
        char
        if char == "\n" or any(char in font.letters for font in known)
        else f"[U+{ord(char):04X}]"
        for char in shown
    )


@dataclass(frozen=True, slots=True)
class _Font:
    """File of a font, the number of the font in it, and the characters that it draws."""

    path: str
    number: int
    letters: frozenset[str]


@cache
def _coverage() -> tuple[_Font, ...]:
    """Return all fonts, in the order in which they are tried."""
    from fontTools.ttLib import TTFont

    folder = resources.files("manimgx_fonts")
    names = [item.name for item in folder.iterdir() if item.name.endswith(".ttf")]
    names = [*_FIRST, *sorted(set(names).difference(_FIRST))]
    files = [(str(folder / name), 0) for name in names if not name.startswith(_LEFT_OUT)]
    files.append((str(resources.files("noto_cjk_sans_otc") / _COLLECTION), _SIMPLIFIED))
    fonts = []
    for path, number in files:
        with TTFont(path, fontNumber=number, lazy=True) as font:
            fonts.append(_Font(path, number, frozenset(map(chr, font.getBestCmap()))))
    return tuple(fonts)


def _add_fonts(pdf: FPDF, letters: frozenset[str]) -> None:
    """Add the fonts that draw some characters, as `font0`, which all texts ask for, and others."""
    left, others = set(letters), []
    for place, font in enumerate(_coverage()):
        if place and left.isdisjoint(font.letters):
            continue
        left -= font.letters
        name = f"font{place}"
        pdf.add_font(name, "", font.path, collection_font_number=font.number)
        if place:
            others.append(name)
    pdf.set_fallback_fonts(others)


_ABOUT = (
    "This report lists what the store holds about one person: every version of each record, with"
    " the list that states it, the decisions on these records, and each access to them. Times are"
    " UTC."
)
_PARTS = ("number", "full", "street", "city", "region", "postal_code", "country", "type", "issued")
_NAMES = {"addresses": "address", "routes": "country of a route", "activities": "activity"}


def render_subject(report: Mapping[str, Any], *, created: datetime) -> bytes:
    """Return the report on a person as PDF. Raises `UsageError` without the extra `pdf`."""
    return render_pdf("Subject access report", describe_subject(report, created), created=created)


def describe_subject(report: Mapping[str, Any], created: datetime) -> list[Part]:
    """Return the parts of the report: each record, the decisions, the accesses."""
    records, accesses = report["records"], report["accesses"]
    counted = (
        f"{pluralize(len(records), 'version')} of records,"
        f" {pluralize(len(report['decisions']), 'decision')},"
        f" {pluralize(len(accesses), 'access', 'accesses')}."
    )
    parts: list[Part] = [
        Paragraph(f"Id: {report['entity']}. Made on {created:%Y-%m-%d at %H:%M} UTC. {counted}"),
        Paragraph(_ABOUT),
    ]
    for record in records:
        until = f"until {_time(record['valid_to'])}" if record["valid_to"] else "held now"
        parts.append(Heading(record["id"]))
        stated = f"{record.get('schema', '')}, from {_time(record['valid_from'])}, {until}."
        parts.append(Paragraph(stated))
        rows = list(_list_values(record))
        if rows:
            parts.append(Table(("Property", "Value", "Place in the list"), rows, (3, 8, 3)))
    parts.append(Heading("Decisions"))
    parts.append(_describe_decisions(report["decisions"]))
    parts.append(Heading("Who was shown these records"))
    parts.append(_describe_accesses(accesses))
    return parts


def _list_values(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield property, value and origin of each value of a record; last the handling."""
    values: dict[str, list[tuple[str, str]]] = {}
    for row in record.get("values", ()):
        values.setdefault(row["prop"], []).append((row["text"], row["origin"]))
    for row in record.get("identifiers", ()):
        values.setdefault(row["prop"], []).append((_join(row, _PARTS), row["origin"]))
    for prop in sort_properties(values):
        for text, origin in values[prop]:
            yield property_label(prop), text, origin
    for name in ("addresses", "routes"):
        for row in record.get(name, ()):
            rest = [key for key in row if key not in _PARTS and key != "origin"]
            yield property_label(_NAMES[name]), _join(row, (*_PARTS, *rest)), row["origin"]
    for row in record.get("relations", ()):
        stated = _join(row, ("target_name", "target_id", "role", "start", "end"))
        yield f"Relation: {row['type']}", stated, row["origin"]
    for text in record.get("activities", ()):
        yield property_label(_NAMES["activities"]), str(text), ""
    for name, value in (record.get("handling") or {}).items():
        text = _join(value, ("value", "scheme")) if isinstance(value, Mapping) else value
        if text:
            yield f"Handling: {name.replace('_', ' ')}", str(text), ""


def _describe_decisions(decisions: Sequence[Mapping[str, Any]]) -> Part:
    if not decisions:
        return Paragraph("Nobody has decided on these records.")
    rows = [
        (row["left"], row["right"], row["verdict"].replace("_", " "), _time(row["at"]))
        for row in decisions
    ]
    return Table(("Record", "Record", "Decision", "Time"), rows, (4, 4, 3, 3))


def _describe_accesses(accesses: Sequence[Mapping[str, Any]]) -> Part:
    if not accesses:
        return Paragraph("Nobody was shown these records since the audit log began.")
    rows = [
        (
            _time(row["at"]),
            row["who"] or "without a key",
            row["agency"],
            f"{row['action']} {row['command']}".strip(),
            row["purpose"],
            row["shown"],
        )
        for row in accesses
    ]
    header = ("Time", "Who", "Agency", "Action", "Purpose", "Shown as")
    return Table(header, rows, (3, 3, 3, 3, 4, 4))


def _join(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return ", ".join(str(row[name]) for name in names if row.get(name))


def _time(text: str) -> str:
    """Return a time to the minute."""
    return text[:16].replace("T", " ")
