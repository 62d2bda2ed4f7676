from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.ingest.assemble import assemble
from resolver.ingest.list_reading import ListRead
from resolver.ingest.reader_types import Intake, Reject
from resolver.records import Batch, Identifier, Kind, Record, Value


def person(
    native_id: str, *names: str, source: str = "a", born: str = "", origin: str = ""
) -> Record:
    values = [Value("name", name, origin) for name in names]
    values += [Value("birthDate", born, origin)] if born else []
    return Record(f"{source}:{native_id}", source, Kind.PERSON, "Person", tuple(sorted(values)))


def listed(
    *records: Record, label: str = "list", version: str = "", lines: list[int] | None = None
) -> ListRead:
    places = np.array(lines if lines is not None else range(1, len(records) + 1), dtype=np.int32)
    return ListRead(label, "test", False, version, Batch.from_records(records), places, (), ())


def ids(intake: Intake) -> list[str]:
    return list(intake.batch.ids.to_pylist())


def test_nothing_read_is_an_empty_intake() -> None:
    intake = assemble([])
    assert (len(intake.batch), intake.lists, intake.rejects) == (0, (), ())


def test_lists_are_told_with_their_sources_and_counts() -> None:
    two = listed(person("1", "Anna"), person("2", "Bea", source="b"), label="two")
    intake = assemble(
        [replace(two, rejects=(Reject("two", 9, "why"),), notes=("assumed",), version="2026")]
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


def test_the_same_said_twice_is_kept_once_and_counted() -> None:
    intake = assemble(
        [
            listed(person("1", "Anna"), person("1", "Anna")),
            listed(person("1", "Anna"), label="copy"),
        ]
    )
    assert (ids(intake), intake.collapsed, intake.rejects) == (["a:1"], 2, ())


def test_where_a_value_stood_does_not_make_another_content() -> None:
    one, other = person("1", "Anna", origin="x.csv"), person("1", "Anna", origin="y.csv")
    intake, again = assemble([listed(one, other)]), assemble([listed(other, one)])
    assert (len(intake.batch), intake.collapsed) == (1, 1)
    assert list(intake.batch.to_records()) == list(again.batch.to_records())


def test_one_id_with_two_contents_keeps_the_fuller_one_and_names_both_lines() -> None:
    intake = assemble([listed(person("1", "Anna"), person("1", "Anna", born="1970"), lines=[7, 3])])
    assert list(intake.batch.to_records()) == [person("1", "Anna", born="1970")]
    reason = "record a:1: the id stands here again with other content; line 3 of list is kept"
    assert intake.rejects == (Reject("list", 7, reason),)


def test_contents_of_one_size_are_decided_by_digest_not_by_order() -> None:
    one, other = person("1", "Anna"), person("1", "Bea")
    kept = {
        next(iter(assemble([listed(*order)]).batch.to_records())).caption
        for order in ([one, other], [other, one])
    }
    assert len(kept) == 1


def test_of_two_versions_the_newer_counts_and_what_it_lacks_is_withdrawn() -> None:
    old = listed(
        person("1", "Anna", born="1970"), person("2", "Bea"), label="old", version="2018-10-01"
    )
    new = listed(person("1", "Anna B"), person("3", "Cleo"), label="new", version="2026-02-01")
    intake = assemble([new, old])
    assert ids(intake) == ["a:1", "a:3"]
    assert next(intake.batch.to_records()) == person("1", "Anna B")
    assert (intake.withdrawn, intake.collapsed, intake.rejects, intake.warnings) == (
        ("a:2",),
        0,
        (),
        (),
    )


def test_of_three_versions_only_the_newest_counts() -> None:
    reads = [
        listed(*(person(str(number), "Anna") for number in numbers), label=version, version=version)
        for version, numbers in (("2001", (1, 2)), ("2002", (2, 3)), ("2003", (3,)))
    ]
    assert (ids(assemble(reads)), assemble(reads).withdrawn) == (["a:3"], ("a:1", "a:2"))


def test_versions_are_a_matter_of_each_source() -> None:
    old = listed(person("1", "Anna"), person("1", "Zoe", source="b"), label="old", version="2018")
    new = listed(person("2", "Bea"), label="new", version="2026")
    assert (ids(assemble([old, new])), assemble([old, new]).withdrawn) == (["a:2", "b:1"], ("a:1",))


def test_a_list_without_version_is_neither_newer_nor_older() -> None:
    dated, undated = (
        listed(person("1", "Anna"), version="2026"),
        listed(person("2", "Bea"), label="other"),
    )
    assert (ids(assemble([dated, undated])), assemble([dated, undated]).withdrawn) == (
        ["a:1", "a:2"],
        (),
    )


def versions(old: Record, new: Record) -> tuple[str, ...]:
    return assemble(
        [listed(old, label="o", version="1"), listed(new, label="n", version="2")]
    ).warnings


def test_an_id_given_to_somebody_else_is_said() -> None:
    warnings = versions(
        person("1", "Anna Ivanova", born="1970"), person("1", "Carlos Mendez", born="1981")
    )
    assert warnings == (
        "a:1: the id now names somebody else (Carlos Mendez; before: Anna Ivanova)",
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
    one, other = person("1", "Anna Ivanova"), person("1", "Carlos Mendez")
    assert versions(replace(one, identifiers=number), replace(other, identifiers=number)) == ()


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
    st.tuples(st.sampled_from(["", "2001", "2002"]), st.lists(records, max_size=5)), max_size=4
)


@given(reads_strategy, st.randoms())
def test_the_intake_is_that_of_a_plain_loop_and_depends_on_no_order(
    content: list[tuple[str, list[Record]]], rng: random.Random
) -> None:
    reads = [
        listed(*said, label=f"list {at}", version=version)
        for at, (version, said) in enumerate(content)
    ]
    intake = assemble(reads)
    kept, withdrawn = _by_loop(content)
    assert {
        record.id: _content(record) for record in intake.batch.to_records()
    }.keys() == kept.keys()
    for record in intake.batch.to_records():
        assert _content(record) in kept[record.id]
    assert intake.withdrawn == tuple(sorted(withdrawn))
    shuffled = [replace(read) for read in reads]
    rng.shuffle(shuffled)
    again = assemble([_shuffled(read, rng) for read in shuffled])
    assert list(again.batch.to_records()) == list(intake.batch.to_records())
    assert (again.withdrawn, again.collapsed, again.warnings) == (
        intake.withdrawn,
        intake.collapsed,
        intake.warnings,
    )
    assert len(again.rejects) == len(intake.rejects)


def _shuffled(read: ListRead, rng: random.Random) -> ListRead:
    order = list(range(len(read.batch)))
    rng.shuffle(order)
    return replace(
        read, batch=read.batch.take(np.array(order, dtype=np.int64)), lines=read.lines[order]
    )


def _content(record: Record) -> str:
    return replace(record, id="").content_hash()


def _by_loop(content: list[tuple[str, list[Record]]]) -> tuple[dict[str, set[str]], set[str]]:
    """Per id the contents that may be kept (those of most values), and the ids withdrawn."""
    newest: dict[str, str] = defaultdict(str)
    for version, said in content:
        for record in said:
            newest[record.source] = max(newest[record.source], version)
    current: dict[str, list[Record]] = defaultdict(list)
    older = set()
    for version, said in content:
        for record in said:
            if version and version < newest[record.source]:
                older.add(record.id)
            else:
                current[record.id].append(record)
    kept = {}
    for identity, said in current.items():
        most = max(len(record.values) for record in said)
        kept[identity] = {_content(record) for record in said if len(record.values) == most}
    return kept, older - kept.keys()
