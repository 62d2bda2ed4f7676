"""Comments of the UN's list: fixed phrases are read into properties; the whole text is kept.

A death is read only where it is stated as a fact; `reportedly` and `believed` stay in the notes.
"""

from __future__ import annotations

import re

from resolver.ingest.text.list_dates import read_dates
from resolver.ingest.text.record_draft import RecordDraft
from resolver.ingest.text.repairs.stray_numbers import find_passports, find_registers
from resolver.records import Identifier, Relation, RelationType

ORIGIN = "COMMENTS1"
MAX_READ = 20_000
"""Characters of a comment that are read; all of it is kept."""
_BOILERPLATE = re.compile(
    r"(?:(?<!\s)\s++)?(?:INTERPOL-UN Security Council Special Notice web link:?\s*\S+|"
    r"Photo(?:graph)?s? (?:is |are )?available for inclusion in "
    r"the INTERPOL-UN Security Council Special Notice\.?)"
)
_WORD = r"[A-Z'’‘][\w'’‘-]*"
_LINK = r"al-[\w'’-]+|bin|bint|bent|ben|ould|el|al|ul|ur|de|del|Na"
_NAME = rf"({_WORD}(?:[ -](?:(?!Provided|Wanted|Photo|Mother|Father){_WORD}|{_LINK}))*)"
_VALUE_PATTERNS = (
    ("gender", re.compile(r"\b(?:Gender|Sex)\s*+(?:[:\[]\s*+)?(male|female)", re.I)),
    (
        "motherName",
        re.compile(rf"(?:[Mm]other[’']?s?[’']? name|[Nn]ame of mother)(?: is| was|:)?\s+{_NAME}"),
    ),
    (
        "fatherName",
        re.compile(
            rf"(?<!Alternative )[Ff]ather[’']?s?[’']? name(?: \([^)]*\))?(?: is| was|:)?\s+{_NAME}"
        ),
    ),
    ("email", re.compile(r"(?<![\w.+-])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")),
    ("website", re.compile(r"\bWebsites?:?\s*((?:https?://|www\.)[^\s,;()]+)", re.I)),
    (
        "phone",
        re.compile(r"\bTel(?:ephone)?(?: numbers?)?[.:]+\s*(\+?[\d(][\d() -]{6,20}\d)", re.I),
    ),
    ("height", re.compile(r"\b[Hh]eight:? (?:[^.;]{0,25}– )?(\d{3} ?cm)")),
)
_IMO = re.compile(
    r"\b(?:IMO\)?|International Maritime Organization(?: \(IMO\))?)\s*[Nn]umber:?\s*(\d{7})"
    r"|Company Number IMO (\d{7})"
)
_DEATH = re.compile(
    r"(?:^|[.;]\s*)(?:He |She )?(?:was )?(?:Confirmed )?(?:to have )?(?:died|deceased"
    r"|killed)\b[^.;]{0,60}?"
    r"\b(?:on|in|as of)\s+((?:\d{1,2} )?(?:[A-Z][a-z]{2,8}\.? )?\d{4})",
    re.I,
)
_REFERENCE = r"\(([A-Z]{2}[ie]\.\d{3})\)"
_RELATED = re.compile(
    r"\b((?:[Bb]rother|[Ss]ister|[Ff]ather|[Mm]other|[Ss]on|[Dd]aughter|[Ww]ife|[Hh]usband"
    r"|[Uu]ncle|[Nn]ephew"
    r"|[Cc]ousin)(?:-in-law)?)"
    rf" of (?:[^.()]{{2,60}}?) {_REFERENCE}|\b([Aa]ssociated with|[Mm]ember of|[Ll]eader of"
    r"|[Hh]ead of|[Ff]ounder of|[Ff]inancier of|[Ss]plinter group of|[Ff]action of"
    r"|[Ss]uccessor (?:of|to))"
    rf"(?: the)? (?:[^.()]{{2,80}}?)(?: \([A-Z]{{2,8}}\))? {_REFERENCE}"
)
_RELATION_TYPES = {
    "associated with": RelationType.ASSOCIATE_OF,
    "member of": RelationType.MEMBER_OF,
    "leader of": RelationType.LEADER_OF,
    "head of": RelationType.LEADER_OF,
    "founder of": RelationType.FOUNDER_OF,
    "financier of": RelationType.FINANCIER_OF,
    "splinter group of": RelationType.SPLINTER_OF,
    "faction of": RelationType.FACTION_OF,
    "successor of": RelationType.SUCCESSOR_OF,
    "successor to": RelationType.SUCCESSOR_OF,
}


def read_comments(text: str, draft: RecordDraft, references: dict[str, str]) -> None:
    """Add the content of the comments. `references` maps reference numbers to record ids."""
    text = _BOILERPLATE.sub(" ", " ".join(text.split())).strip()
    if not text:
        return
    read_facts(text, draft)
    for match in _RELATED.finditer(text[:MAX_READ]):
        _add_relation(draft, match, references)
    draft.add_note(text, ORIGIN)


def read_facts(text: str, draft: RecordDraft) -> None:
    """Add gender, parents, contacts, height, IMO number, passports and date of death."""
    text = text[:MAX_READ]
    for prop, pattern in _VALUE_PATTERNS:
        for match in pattern.finditer(text):
            value = match[1].strip(" .,'’") if prop != "gender" else match[1].lower()
            draft.add_value(prop, value, ORIGIN)
    for match in _IMO.finditer(text):
        draft.add_fact(
            Identifier("imoNumber", match[1] or match[2], type="IMO number", origin=ORIGIN)
        )
    if draft.schema == "Person":
        for passport in find_passports(text, ORIGIN):
            draft.add_fact(passport)
    for number in find_registers(text, ORIGIN):
        draft.add_fact(number)
    if death := _DEATH.search(text):
        for date in read_dates(death[1])[0]:
            draft.add_value("deathDate", date, ORIGIN)


def _add_relation(draft: RecordDraft, match: re.Match[str], references: dict[str, str]) -> None:
    kin, reference = (match[1], match[2]) if match[1] else ("", match[4])
    name = re.sub(rf"^.*?(?:of|with)(?: the)? | {_REFERENCE}$", "", match[0], count=0).strip()
    name = re.sub(rf"(?:(?<!\s)\s++)?{_REFERENCE}$", "", name)
    sort = RelationType.FAMILY_OF if kin else _RELATION_TYPES[match[3].lower()]
    target = references.get(reference, "")
    if target != draft.id:
        draft.add_fact(Relation(sort, target, name, kin.lower() or match[3].lower(), origin=ORIGIN))
