"""Entities of single responses equal those of a whole batch."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from followthemoney.types import registry

from resolver.merging import (
    build_ftm_entities,
    build_merge_context,
    build_partition,
    iterate_golden_records,
    to_ftm,
)
from resolver.merging.ftm_values import to_ftm_values
from resolver.records import Batch, Identifier, Kind, Record, Value
from resolver.records.packing import pack
from resolver.records.prepared.value_flags import RecordValues
from resolver.store.segments import SegmentReader, build_segment
from resolver.values.normal_values import country_code
from resolver.world import generate

pytestmark = pytest.mark.slow


def as_text(entity: dict[str, Any]) -> str:
    """Return an entity as JSON, in its order of properties and values."""
    return json.dumps(entity)


@pytest.mark.parametrize("entities", [25, 400])
@pytest.mark.parametrize("seed", range(6))
def test_few_entities_equal_those_of_batch(seed: int, entities: int) -> None:
    chance = np.random.default_rng(seed)
    records = list(generate(120, seed=seed).records)
    batch = Batch.from_records(records)
    segment = build_segment(
        batch,
        since=0,
        until=1,
        committed_at="",
        first=0,
        ended=np.zeros(0, dtype=np.int64),
        extra={},
    )
    reader = SegmentReader(segment.batch, segment.offsets, segment.properties())
    # Entities are random sets of records, so that kinds, schemata and dates contradict each other.
    rows = chance.permutation(len(batch))[:110]
    owner = np.unique(chance.integers(0, entities, len(rows)), return_inverse=True)[1]
    names = [f"e-{name:03d}" for name in chance.permutation(1_000)[: owner.max() + 1].tolist()]
    selected = segment.take(rows)
    order = np.argsort(np.array(selected.ids.to_pylist(), dtype=object))
    owner_of, owner = owner, owner[order]
    _, first, inverse = np.unique(owner, return_index=True, return_inverse=True)
    ids = pa.array([names[place] for place in owner.tolist()], pa.string())
    parts = build_partition(selected.canonical(), first[inverse].astype(np.int32), ids)
    goldens = list(
        iterate_golden_records(build_merge_context(selected.canonical(), parts, country_code))
    )
    expected = {golden.id: to_ftm(golden) for golden in goldens}
    assert any(golden.conflicts for golden in goldens)
    assert any(len(golden.relations) >= len(expected[golden.id]) for golden in goldens)
    assert any(len(entities_of) > 1 for entities_of in expected.values())
    built = build_ftm_entities(
        reader.read_rows(rows.tolist()), owner_of.tolist(), names, country_code
    )
    assert list(map(as_text, built)) == [as_text(expected[name][0]) for name in names]


ODD = Record(
    "odd:1",
    "odd",
    Kind.PERSON,
    "Person",
    (
        *(
            Value("alias", text)
            for text in ("ANN LEE", "Ann  Lee", "ann lee", "Ｌee, Ann", "Li An")
        ),
        *(Value("nationality", text) for text in ("Iran", "IR", "France", "Atlantis", "Iran")),
        *(Value("birthDate", text) for text in ("1960", "1960-05-04", "1960~")),
        *(Value("phone", text) for text in ("+49 30 123456", "12", "+49 30 123456")),
        *(Value("gender", text) for text in ("male", "M", "unknown")),
    ),
    (
        Identifier("passportNumber", "a-12", "", "Iran"),
        Identifier("passportNumber", "A-12", "", "Iran"),
    ),
)


@pytest.mark.parametrize("left_out", ["", "alias", "nationality", "birthDate", "phone", "gender"])
def test_single_record_merges_equal_values(left_out: str) -> None:
    record = replace(ODD, values=tuple(value for value in ODD.values if value.prop != left_out))
    texts: dict[str, list[tuple[int, str]]] = {}
    for prop, text, _ in pack(record):
        texts.setdefault(prop, []).append((0, text))
    spelled = RecordValues([record.id], [record.source], [int(record.kind)], [record.schema], texts)
    batch = Batch.from_records([record]).canonical()
    parts = build_partition(batch, np.zeros(1, dtype=np.int32), pa.array(["e-1"]))
    (golden,) = iterate_golden_records(build_merge_context(batch, parts, country_code))
    (entity,) = build_ftm_entities(spelled, [0], ["e-1"], country_code)
    assert as_text(entity) == as_text(to_ftm(golden)[0])
    assert left_out == "alias" or entity["properties"]["alias"] == ["Ann Lee", "Li An", "Ｌee, Ann"]


def test_mail_addresses_are_cleaned_as_in_followthemoney() -> None:
    texts = (
        "a@Example.ORG.",
        "a@ß.de",
        "mailto:b@x.io",
        "a@localhost",
        "a@1.2.3.4",
        "no mail",
        "a b@x.org",
        "a@-x.org",
    )
    for text in (*texts, *texts):
        (form, *_) = to_ftm_values("Person", "email", text)
        cleaned = registry.email.clean(text)
        assert (form.prop, form.value) == (
            ("email", cleaned) if cleaned else ("notes", f"email: {text}")
        )
