"""Assembly of the lists of a run into one intake."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.lists.assemble import assemble
from resolver.lists.list_reading import ListContents
from resolver.lists.reader_types import Intake, Reject
from resolver.records import Batch, Identifier, Kind, Record, Value


def person(
    native_id: str, *names: str, source: str = "a", born: str = "", origin: str = ""
) -> Record:
    values = [Value("name", name, origin) for name in names]
    values += [Value("birthDate", born, origin)] if born else []
    return Record(f"{source}:{native_id}", source, Kind.PERSON, "Person", tuple(sorted(values)))


def list_of(
    *records: Record, label: str = "list", version: str = "", lines: list[int] | None = None
) -> ListContents:
    places = np.array(lines if lines is not None else range(1, len(records) + 1), dtype=np.int32)
    return ListContents(label, "test", False, version, Batch.from_records(records), places, (), ())


def ids(intake: Intake) -> list[str]:
    return list(intake.batch.ids.to_pylist())


def test_nothing_read_is_an_empty_intake() -> None:
    intake = assemble([])
    assert (len(intake.batch), intake.lists, intake.rejects) == (0, (), ())


def test_lists_are_summarized_with_sources_and_counts() -> None:
    read = list_of(person("1", "Anna"), person("2", "Bea", source="b"), label="two")
    intake = assemble(
        [replace(read, rejects=(Reject("two", 9, "why"),), notes=("assumed",), version="2026")]
    )
    (info,) = intake.lists
    assert (info.label, info.sources, info.version, info.records, info.rejects) == (
        "two",
        ("a", "b"),
        "2026",
        2,
        1,
    )
    assert (intake.rejects, intake.warnings) == ((Reject("two", 9, "why"),), ("assumed",))


def test_repeated_records_are_kept_once_and_counted() -> None:
    intake = assemble(
        [
            list_of(person("1", "Anna"), person("1", "Anna")),
            list_of(person("1", "Anna"), label="copy"),
        ]
    )
    assert (ids(intake), intake.collapsed, intake.rejects) == (["a:1"], 2, ())


def test_origins_do_not_change_the_content() -> None:
    left, right = person("1", "Anna", origin="x.csv"), person("1", "Anna", origin="y.csv")
    intake, again = assemble([list_of(left, right)]), assemble([list_of(right, left)])
    assert (len(intake.batch), intake.collapsed) == (1, 1)
    assert list(intake.batch.to_records()) == list(again.batch.to_records())


def test_the_fuller_of_two_contents_of_an_id_is_kept() -> None:
    intake = assemble(
        [list_of(person("1", "Anna"), person("1", "Anna", born="1970"), lines=[7, 3])]
    )
    assert list(intake.batch.to_records()) == [person("1", "Anna", born="1970")]
    fault = "the id is repeated with other content; line 3 of list is kept"
    assert intake.rejects == (Reject.of_record("list", 7, "a:1", fault),)


def test_rows_that_share_an_id_can_be_set_apart() -> None:
    rows = [person("1", "Anna"), person("1", "Bea"), person("1", "Anna"), person("2", "Cleo")]
    intake = assemble([list_of(*rows)], apart=True)
    assert ids(intake) == ["a:2", "a:~1#1", "a:~1#2"]
    assert {record.caption for record in intake.batch.to_records()} == {"Anna", "Bea", "Cleo"}
    assert (intake.rejects, intake.collapsed) == ((), 1)
    assert intake.places == {"a:~1#1": 0, "a:~1#2": 1, "a:2": 3}
    # the order of the rows decides nothing else
    again = assemble([list_of(*rows[::-1])], apart=True)
    assert list(again.batch.to_records()) == list(intake.batch.to_records())


def test_the_digest_decides_between_contents_of_one_size() -> None:
    left, right = person("1", "Anna"), person("1", "Bea")
    captions = {
        next(iter(assemble([list_of(*order)]).batch.to_records())).caption
        for order in ([left, right], [right, left])
    }
    assert len(captions) == 1


def test_the_newer_version_counts_and_its_missing_ids_are_withdrawn() -> None:
    old = list_of(
        person("1", "Anna", born="1970"), person("2", "Bea"), label="old", version="2018-10-01"
    )
    new = list_of(person("1", "Anna B"), person("3", "Cleo"), label="new", version="2026-02-01")
    intake = assemble([new, old])
    assert ids(intake) == ["a:1", "a:3"]
    assert next(intake.batch.to_records()) == person("1", "Anna B")
    assert (intake.withdrawn, intake.collapsed, intake.rejects, intake.warnings) == (
        ("a:2",),
        0,
        (),
        (),
    )


def test_only_the_newest_of_three_versions_counts() -> None:
    reads = [
        list_of(
            *(person(str(number), "Anna") for number in numbers), label=version, version=version
        )
        for version, numbers in (("2001", (1, 2)), ("2002", (2, 3)), ("2003", (3,)))
    ]
    assert (ids(assemble(reads)), assemble(reads).withdrawn) == (["a:3"], ("a:1", "a:2"))


def test_a_list_that_breaks_off_replaces_only_what_it_has() -> None:
    reads = [
        list_of(person("1", "Anna"), label="old", version="2001"),
        list_of(person("2", "Bea"), person("3", "Cleo"), label="whole", version="2002"),
        replace(
            list_of(person("2", "Bea B"), person("4", "Dora"), label="cut", version="2003"),
            broken=True,
        ),
    ]
    for order in (reads, reads[::-1]):
        intake = assemble(order)
        assert list(intake.batch.to_records()) == [
            person("2", "Bea B"),
            person("3", "Cleo"),
            person("4", "Dora"),
        ]
        assert (intake.withdrawn, intake.retained) == (("a:1",), {"a:3": "2002"})
        assert intake.warnings == (
            "a: the list breaks off, so records that only older lists have stay",
        )
    assert assemble(reads[2:]).warnings == ()
    assert assemble([reads[0], reads[2]]).retained == {"a:1": "2001"}


def test_a_record_that_could_not_be_read_in_the_newest_list_stays() -> None:
    old = list_of(person("1", "Anna"), person("2", "Bea"), label="old", version="2001")
    middle = list_of(person("1", "Anna"), label="middle", version="2002")
    new = list_of(person("3", "Cleo"), label="new", version="2003")
    new = replace(new, unread=("a:1", "a:2"))
    intake = assemble([old, new])
    assert (ids(intake), intake.withdrawn) == (["a:1", "a:2", "a:3"], ())
    intake = assemble([old, middle, new])
    assert (ids(intake), intake.withdrawn) == (["a:1", "a:3"], ("a:2",))
    assert intake.retained == {"a:1": "2002"}
    assert intake.warnings == ()


def test_versions_are_compared_within_a_source() -> None:
    old = list_of(person("1", "Anna"), person("1", "Zoe", source="b"), label="old", version="2018")
    new = list_of(person("2", "Bea"), label="new", version="2026")
    assert (ids(assemble([old, new])), assemble([old, new]).withdrawn) == (["a:2", "b:1"], ("a:1",))


def test_a_list_without_version_is_neither_newer_nor_older() -> None:
    dated, undated = (
        list_of(person("1", "Anna"), version="2026"),
        list_of(person("2", "Bea"), label="other"),
    )
    assert (ids(assemble([dated, undated])), assemble([dated, undated]).withdrawn) == (
        ["a:1", "a:2"],
        (),
    )


def versions(old: Record, new: Record) -> tuple[str, ...]:
    return assemble(
        [list_of(old, label="o", version="1"), list_of(new, label="n", version="2")]
    ).warnings


def test_a_reused_id_is_a_warning() -> None:
    warnings = versions(
        person("1", "Anna Ivanova", born="1970"), person("1", "Carlos Mendez", born="1981")
    )
    assert warnings == (
        "a:1: the id now names another person or group (Carlos Mendez; before: Anna Ivanova)",
    )


def test_a_similar_name_a_shared_birth_date_or_number_is_the_same_person() -> None:
    assert versions(person("1", "Anna Ivanova"), person("1", "Ana Ivanovna")) == ()
    assert (
        versions(
            person("1", "Anna Ivanova", born="1970"), person("1", "Carlos Mendez", born="1970")
        )
        == ()
    )
    number = (Identifier("passportNumber", "X1"),)
    left, right = person("1", "Anna Ivanova"), person("1", "Carlos Mendez")
    assert versions(replace(left, identifiers=number), replace(right, identifiers=number)) == ()


def test_a_person_who_becomes_a_group_is_a_warning() -> None:
    before = person("1", "Anna Ivanova", born="1970")
    company = replace(before, kind=Kind.GROUP, schema="Company")
    assert versions(before, company) == (
        "a:1: the id now names another person or group "
        "(Anna Ivanova, Company; before: Anna Ivanova, Person)",
    )
    either = replace(before, kind=Kind.LEGAL, schema="LegalEntity")
    assert versions(before, either) == versions(either, company) == ()


def test_names_in_parts_are_names_too() -> None:
    parts = (Value("firstName", "Anna"), Value("lastName", "Ivanova"))
    assert versions(person("1", "IVANOVA, Anna"), replace(person("1"), values=parts)) == ()


records = st.builds(
    person,
    st.sampled_from("12"),
    st.sampled_from(["Anna Ivanova", "Carlos Mendez"]),
    source=st.sampled_from("ab"),
    born=st.sampled_from(["", "1970", "1981"]),
)
reads_strategy = st.lists(
    st.tuples(
        st.sampled_from(["", "2001", "2002", "2003"]),
        st.frozensets(st.sampled_from(["", "a:1", "a:2", "b:1"]), max_size=2),
        st.lists(records, max_size=5),
    ),
    max_size=4,
)
Lists = list[tuple[str, frozenset[str], list[Record]]]
"""Version of each list, ids of rows that were not read (empty: unknown), and its records."""


@given(reads_strategy, st.randoms())
def test_the_intake_is_that_of_a_plain_loop_and_depends_on_no_order(
    content: Lists, rng: random.Random
) -> None:
    reads = [
        replace(
            list_of(*list_records, label=f"list {at}", version=version),
            unread=tuple(sorted(unread)),
        )
        for at, (version, unread, list_records) in enumerate(content)
    ]
    intake = assemble(reads)
    allowed, withdrawn = _by_loop(content)
    assert {
        record.id: _content(record) for record in intake.batch.to_records()
    }.keys() == allowed.keys()
    for record in intake.batch.to_records():
        assert _content(record) in allowed[record.id]
    assert intake.withdrawn == tuple(sorted(withdrawn))
    shuffled = [replace(read) for read in reads]
    rng.shuffle(shuffled)
    again = assemble([_shuffled(read, rng) for read in shuffled])
    assert list(again.batch.to_records()) == list(intake.batch.to_records())
    assert (again.withdrawn, again.collapsed, again.warnings, again.retained) == (
        intake.withdrawn,
        intake.collapsed,
        intake.warnings,
        intake.retained,
    )
    assert len(again.rejects) == len(intake.rejects)


def _shuffled(read: ListContents, rng: random.Random) -> ListContents:
    order = list(range(len(read.batch)))
    rng.shuffle(order)
    return replace(
        read, batch=read.batch.take(np.array(order, dtype=np.int64)), lines=read.lines[order]
    )


def _content(record: Record) -> str:
    return replace(record, id="").content_hash()


def _by_loop(content: Lists) -> tuple[dict[str, set[str]], set[str]]:
    """Return per id the contents that may be kept (those of most values), and the withdrawn ids.

    Versions come one after the other: each withdraws what it lacks, unless it may have it unread.
    """
    current: dict[str, list[Record]] = {}
    older = set()
    for version in sorted({version for version, _, _ in content if version}):
        lists = [row for row in content if row[0] == version]
        rows: dict[str, list[Record]] = defaultdict(list)
        for record in (record for _, _, list_records in lists for record in list_records):
            rows[record.id].append(record)
        gaps = {record.source for _, unread, own in lists if "" in unread for record in own}
        gone = {record.source for own in rows.values() for record in own} - gaps
        left = {identity for _, unread, _ in lists for identity in unread}
        lost = {
            identity
            for identity in current.keys() - left - rows.keys()
            if identity.partition(":")[0] in gone
        }
        older |= lost
        rest = {identity: own for identity, own in current.items() if identity not in lost}
        current = {**rest, **rows}
    for record in (record for version, _, own in content if not version for record in own):
        current[record.id] = [*current.get(record.id, []), record]
    allowed = {}
    for identity, list_records in current.items():
        largest = max(len(record.values) for record in list_records)
        allowed[identity] = {
            _content(record) for record in list_records if len(record.values) == largest
        }
    return allowed, older - allowed.keys()
