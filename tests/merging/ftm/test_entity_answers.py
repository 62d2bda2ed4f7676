"""A few entities are told as a whole batch tells them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from followthemoney.types import registry

from resolver.merging import (
    context,
    ftm_few,
    golden_of,
    partition,
    to_ftm,
)
from resolver.merging.ftm.value_forms import forms
from resolver.normalize import country_code
from resolver.records import Batch, Identifier, Kind, Record, Value
from resolver.records.packing import pack
from resolver.records.prepared.record_values import Spelled
from resolver.store.segment_reader import Reader
from resolver.store.segments import segment_of
from resolver.synthetic import generate


def as_text(entity: dict[str, Any]) -> str:
    """All of an entity, with the order of what it says."""
    return json.dumps(entity)


@pytest.mark.parametrize("entities", [25, 400])
@pytest.mark.parametrize("seed", range(6))
def test_a_few_are_as_in_a_batch(seed: int, entities: int) -> None:
    chance = np.random.default_rng(seed)
    records = list(generate(120, seed=seed).records)
    batch = Batch.from_records(records)
    segment = segment_of(
        batch, since=0, until=1, landed="", first=0, ended=np.zeros(0, dtype=np.int64), extra={}
    )
    reader = Reader(segment.batch, segment.offsets, segment.properties())
    # any records in any order, as any entities: kinds, schemata and dates that contradict each other included
    rows = chance.permutation(len(batch))[:110]
    owner = np.unique(chance.integers(0, entities, len(rows)), return_inverse=True)[1]
    names = [f"e-{name:03d}" for name in chance.permutation(1_000)[: owner.max() + 1].tolist()]
    taken = segment.take(rows)
    order = np.argsort(np.array(taken.ids.to_pylist(), dtype=object))
    owner_of, owner = owner, owner[order]
    _, first, inverse = np.unique(owner, return_index=True, return_inverse=True)
    named = pa.array([names[place] for place in owner.tolist()], pa.string())
    parts = partition(taken.canonical(), first[inverse].astype(np.int32), named)
    whole = list(golden_of(context(taken.canonical(), parts, country_code)))
    wanted = {one.id: to_ftm(one) for one in whole}
    assert any(one.conflicts for one in whole)
    assert any(len(one.relations) >= len(wanted[one.id]) for one in whole)
    assert any(len(told) > 1 for told in wanted.values())
    found = ftm_few(reader.spelled(rows.tolist()), owner_of.tolist(), names, country_code)
    assert list(map(as_text, found)) == [as_text(wanted[name][0]) for name in names]


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
def test_a_record_alone_collapses_what_is_one_value(left_out: str) -> None:
    """Of what is written in several ways the best is shown, whatever else the record says or has no name."""
    one = replace(ODD, values=tuple(value for value in ODD.values if value.prop != left_out))
    said: dict[str, list[tuple[int, str]]] = {}
    for prop, text, _ in pack(one):
        said.setdefault(prop, []).append((0, text))
    spelled = Spelled([one.id], [one.source], [int(one.kind)], [one.schema], said)
    batch = Batch.from_records([one]).canonical()
    parts = partition(batch, np.zeros(1, dtype=np.int32), pa.array(["e-1"]))
    (golden,) = golden_of(context(batch, parts, country_code))
    (found,) = ftm_few(spelled, [0], ["e-1"], country_code)
    assert as_text(found) == as_text(to_ftm(golden)[0])
    assert left_out == "alias" or found["properties"]["alias"] == ["Ann Lee", "Li An", "Ｌee, Ann"]


def test_mail_addresses_are_as_followthemoney_cleans_them() -> None:
    told = (
        "a@Example.ORG.",
        "a@ß.de",
        "mailto:b@x.io",
        "a@localhost",
        "a@1.2.3.4",
        "no mail",
        "a b@x.org",
        "a@-x.org",
    )
    for text in (*told, *told):
        (form, *_) = forms("Person", "email", text)
        cleaned = registry.email.clean(text)
        assert (form.prop, form.value) == (
            ("email", cleaned) if cleaned else ("notes", f"email: {text}")
        )
