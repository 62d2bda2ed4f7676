"""Measure how fast each list format is read: `python -m benchmarks.readers`.

For each format, the program writes a list of `--entries` invented entries in the layout of its
publisher, and reads it on one core, in a process of its own. A short list of the format is read
first, so that imports and tables do not count. Prints and writes, for each format: megabytes of the
list per second of processor time, records, the share of rows and values that were rejected, and the
peak memory of the process (on Linux). Writes `readers.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.harness.datasets import ROOT
from benchmarks.harness.figure_table import format_text
from benchmarks.quality import OUT
from resolver.lists.readers import READERS, read_lists
from resolver.runtime.processes import BATCH_OBJECTS, collect_rarely
from tests.lists.published_lists import (
    OTHER_WRITERS,
    PERSON,
    SHIP,
    WRITERS,
    Subject,
    make_subjects,
    write_icij,
    write_list,
)
from tests.lists.samples_lists import (
    build_un_document,
    ofac_entry,
    ofac_rows,
    write_bis_dpl,
    write_eu_journal,
    write_us_csl,
)

COLUMNS = ("format", "MB", "records", "MB/s", "records/s", "rejects", "peak MiB")
WARM_UP = 50
"""Entries of the list that is read first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Cost of reading one list: seconds of processor time, and the peak of the memory in MiB."""

    format: str
    bytes: int
    records: int
    rejects: int
    seconds: float
    peak_mib: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.measure:
        print(json.dumps(asdict(_measure(options.measure, options.folder))))
        return 0
    readings = []
    for name in options.formats or [row.name for row in READERS]:
        folder = options.out / "work" / "readers" / name
        for part, count in (("short", WARM_UP), ("full", options.entries)):
            _write(folder / part, name, count)
        command = [sys.executable, "-m", "benchmarks.readers"]
        command += ["--measure", name, "--folder", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        readings.append(Reading(**json.loads(done.stdout)))
        print(format_text([_line(readings[-1])], COLUMNS), flush=True)
    print(format_text([_line(reading) for reading in readings], COLUMNS))
    rows = [asdict(reading) for reading in readings]
    (options.out / "readers.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__)
    parser.add_argument("--entries", type=int, default=20_000, help="entries of each list")
    parser.add_argument("--formats", nargs="*", help="formats to read (default: all)")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of results")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser


def _line(reading: Reading) -> tuple[str, ...]:
    megabytes = reading.bytes / 1e6
    return (
        reading.format,
        f"{megabytes:.1f}",
        f"{reading.records:,}",
        f"{megabytes / reading.seconds:.1f}",
        f"{reading.records / reading.seconds:,.0f}",
        f"{reading.rejects / max(reading.records, 1):.2%}",
        f"{reading.peak_mib:,.0f}",
    )


def _measure(name: str, folder: Path) -> Reading:
    # as the commands do
    collect_rarely(BATCH_OBJECTS)
    read_lists([folder / "short"], format=name)
    size = sum(path.stat().st_size for path in (folder / "full").iterdir())
    start = time.process_time()
    intake = read_lists([folder / "full"], format=name)
    seconds = time.process_time() - start
    return Reading(name, size, len(intake.batch), len(intake.rejects), seconds, _peak_mib())


def _peak_mib() -> float:
    """Return the peak memory of this program; `ru_maxrss` would begin at that of its parent."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1_024


def _write(folder: Path, name: str, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if name in WRITERS or name in OTHER_WRITERS:
        write_list(folder, name, count)
    elif name == "icij":
        write_icij(folder, count)
    else:
        _FURTHER[name](folder, make_subjects(count))


def _write_ofac(folder: Path, subjects: Sequence[Subject]) -> None:
    kinds = {PERSON: "individual", SHIP: "vessel"}
    entries = [
        ofac_entry(
            str(item.number),
            f"{item.family.upper()}, {item.given}" if item.given else item.family.upper(),
            kinds.get(item.schema, ""),
            f"DOB {item.birth_date}; POB {item.place[0]}, {item.place[1]}; nationality "
            f"{item.place[1]}; Gender Male; Passport {item.document} ({item.place[1]}); a.k.a. "
            f"'{item.weak_alias}'."
            if item.schema == PERSON
            else f"Tax ID No. {item.document} ({item.place[1]}).",
            program=item.program,
        )
        for item in subjects
    ]
    other = [[str(item.number), str(item.number), "aka", item.alias, ""] for item in subjects]
    places = [
        [str(item.number), str(item.number), "1 Sample Street", *item.place, ""]
        for item in subjects
    ]
    for stem, rows in (("sdn", entries), ("alt", other), ("add", places)):
        (folder / f"{stem}.csv").write_text(ofac_rows(rows), "ascii", newline="")


def _write_un(folder: Path, subjects: Sequence[Subject]) -> None:
    parts: dict[str, list[str]] = {"INDIVIDUAL": [], "ENTITY": []}
    for item in subjects:
        tag = "INDIVIDUAL" if item.schema == PERSON else "ENTITY"
        name = (
            f"<FIRST_NAME>{item.given}</FIRST_NAME><SECOND_NAME>{item.family}</SECOND_NAME>"
            f"<NATIONALITY><VALUE>{item.place[1]}</VALUE></NATIONALITY>"
            "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE>"
            f"<YEAR>{item.birth[0]}</YEAR></INDIVIDUAL_DATE_OF_BIRTH>"
            "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT>"
            f"<NUMBER>{item.document}</NUMBER></INDIVIDUAL_DOCUMENT>"
            if item.schema == PERSON
            else f"<FIRST_NAME>{item.family.upper()}</FIRST_NAME>"
        )
        aliases = "".join(
            f"<{tag}_ALIAS><QUALITY>{quality}</QUALITY><ALIAS_NAME>{alias}</ALIAS_NAME>"
            f"</{tag}_ALIAS>"
            for quality, alias in (("Good", item.alias), ("Low", item.weak_alias))
        )
        parts[tag].append(
            f"<{tag}><DATAID>{item.number}</DATAID><VERSIONNUM>1</VERSIONNUM>{name}"
            f"<UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><REFERENCE_NUMBER>{item.reference}"
            f"</REFERENCE_NUMBER><LISTED_ON>{item.listed}</LISTED_ON><COMMENTS1>{item.reason}"
            f"</COMMENTS1>{aliases}<{tag}_ADDRESS><CITY>{item.place[0]}</CITY><COUNTRY>"
            f"{item.place[1]}</COUNTRY></{tag}_ADDRESS></{tag}>\n"
        )
    text = build_un_document("".join(parts["INDIVIDUAL"]), "".join(parts["ENTITY"]))
    (folder / "consolidated.xml").write_text(text, "utf-8")


def _write_eu_journal(folder: Path, subjects: Sequence[Subject]) -> None:
    rows = [
        {
            "recordId": str(item.number),
            "schema": "Person" if item.schema == PERSON else "LegalEntity",
            "name": item.name,
            "alias": f"{item.alias}; {item.script_name}",
            "birthDate": item.birth_date if item.schema == PERSON else "",
            "birthPlace": ", ".join(item.place) if item.schema == PERSON else "",
            "nationality": item.place[1] if item.schema == PERSON else "",
            "address": f"1 Sample Street, {item.place[0]}, {item.place[1]}",
            "reason": item.reason,
        }
        for item in subjects
    ]
    write_eu_journal(folder, rows)


def _write_bis(folder: Path, subjects: Sequence[Subject]) -> None:
    rows = [
        {
            "Name": item.name.upper(),
            "Street_Address": f"{item.number} SAMPLE STREET",
            "City": item.place[0].upper(),
            "Country": "DE",
            "Effective_Date": "06/19/2003",
            "Expiration_Date": "06/29/2056",
            "Standard_Order": "Y",
            "Last_Update": item.listed,
            "Action": "PREVENT EVASION",
            "FR_Citation": f"68 F.R. {item.number} 6/30/2003",
        }
        for item in subjects
    ]
    write_bis_dpl(folder, rows)


def _write_csl(folder: Path, subjects: Sequence[Subject]) -> None:
    rows = [
        {
            "_id": str(item.number),
            "source": "Specially Designated Nationals (SDN) - Treasury Department",
            "entity_number": str(item.number),
            "type": "Individual" if item.schema == PERSON else "Entity",
            "programs": item.program,
            "name": item.name,
            "addresses": f"1 Sample Street, {item.place[0]}, RS",
            "alt_names": f"{item.alias}; {item.weak_alias}",
            "dates_of_birth": item.birth_date if item.schema == PERSON else "",
            "nationalities": "RS" if item.schema == PERSON else "",
            "source_list_url": "http://bit.ly/1MLgpye",
            "source_information_url": "http://bit.ly/1I7ipyR",
            "ids": f"Passport, {item.document}, RS" if item.schema == PERSON else "",
        }
        for item in subjects
    ]
    write_us_csl(folder, rows)


def _write_ftm(folder: Path, subjects: Sequence[Subject]) -> None:
    _write_lines(folder / "entities.ftm.json", map(_ftm_entity, subjects))


def _ftm_entity(item: Subject) -> dict[str, object]:
    facts = {
        "name": [item.name],
        "alias": [item.alias, item.script_name],
        "weakAlias": [item.weak_alias],
        "topics": ["sanction"],
        "country": ["rs"],
        "sourceUrl": ["https://example.org/list"],
        "notes": [item.reason],
    }
    if item.schema == PERSON:
        facts |= {
            "birthDate": [item.birth_date],
            "passportNumber": [item.document],
            "birthPlace": [item.place[0]],
            "firstName": [item.given],
            "lastName": [item.family],
        }
    return {
        "id": f"NK-{item.number}",
        "caption": item.name,
        "schema": item.schema,
        "properties": facts,
        "referents": [f"ofac-{item.number}"],
        "datasets": ["us_ofac_sdn"],
        "first_seen": "2023-04-20T10:33:21",
        "last_seen": "2026-11-30T06:00:00",
        "last_change": "2024-05-02T07:00:00",
        "target": True,
    }


def _write_senzing(folder: Path, subjects: Sequence[Subject]) -> None:
    rows = (
        {
            "DATA_SOURCE": "MADE_UP",
            "RECORD_ID": str(item.number),
            "RECORD_TYPE": "PERSON" if item.schema == PERSON else "ORGANIZATION",
            "NAMES": [
                {"NAME_TYPE": "PRIMARY", "NAME_FULL": item.name},
                {"NAME_TYPE": "ALIAS", "NAME_FULL": item.alias},
            ],
            "DATES": [{"DATE_OF_BIRTH": item.birth_date}] if item.schema == PERSON else [],
            "ADDRESSES": [{"ADDR_CITY": item.place[0], "ADDR_COUNTRY": "rs"}],
            "IDENTIFIERS": [{"PASSPORT_NUMBER": item.document, "PASSPORT_COUNTRY": "rs"}],
        }
        for item in subjects
    )
    _write_lines(folder / "senzing.jsonl", rows)


def _write_interpol(folder: Path, subjects: Sequence[Subject]) -> None:
    notices = [
        {
            "entity_id": f"2031/{item.number}",
            "forename": item.given.upper() or "ANA",
            "name": item.family.upper(),
            "date_of_birth": item.birth_date.replace("-", "/"),
            "nationalities": ["RS"],
            "sex_id": "M",
            "arrest_warrants": [{"charge": item.reason, "issuing_country_id": "RS"}],
            "_links": {
                "self": {"href": f"https://notices.invalid/notices/v1/red/2031-{item.number}"}
            },
        }
        for item in subjects
    ]
    page = {"total": len(notices), "query": {}, "_embedded": {"notices": notices}, "_links": {}}
    (folder / "notices.json").write_text(json.dumps(page, indent=1), "utf-8")


def _write_table(folder: Path, subjects: Sequence[Subject]) -> None:
    columns = "id first_name surname alias dob nationality city passport_no remarks".split()
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for item in subjects:
            birth = item.birth_date if item.given else ""
            names = [str(item.number), item.given, item.family, item.alias]
            writer.writerow([*names, birth, "RS", item.place[0], item.document, item.reason])


def _write_lines(path: Path, rows: Iterable[object]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


_FURTHER: dict[str, Callable[[Path, Sequence[Subject]], None]] = {
    "ofac": _write_ofac,
    "un_sc": _write_un,
    "eu_journal": _write_eu_journal,
    "bis_dpl": _write_bis,
    "us_csl": _write_csl,
    "ftm": _write_ftm,
    "senzing": _write_senzing,
    "interpol": _write_interpol,
    "tabular": _write_table,
}


if __name__ == "__main__":
    sys.exit(main())
