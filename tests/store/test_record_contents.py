"""Contents of records as texts."""

from __future__ import annotations

from hypothesis import given

from resolver.records import Batch, Record
from resolver.store import encode_contents
from resolver.store.record_contents import decode_batch, decode_handling, decode_record
from tests.records.samples import plain, record
from tests.records.samples import records as any_record


@given(any_record())
def test_contents_hash_like_records(item: Record) -> None:
    batch = Batch.from_records([item]).canonical()
    contents = encode_contents(batch)
    assert contents.hashes[0].hex() == item.content_hash()
    with_empty = encode_contents(Batch.from_records([item, record("t:2")]).canonical())
    assert with_empty.texts == [*contents.texts, "[]"]


@given(any_record())
def test_contents_decode_to_records(item: Record) -> None:
    (text,) = encode_contents(Batch.from_records([item]).canonical()).texts
    assert plain(decode_record(item.id, item.source, int(item.kind), item.schema, text)) == plain(
        item
    )
    (decoded,) = decode_batch(
        [item.id], [item.source], [int(item.kind)], [item.schema], [text]
    ).to_records()
    assert plain(decoded) == plain(item)


@given(any_record())
def test_handling_decodes_as_that_of_the_record(item: Record) -> None:
    (text,) = encode_contents(Batch.from_records([item]).canonical()).texts
    decoded = decode_record(item.id, item.source, int(item.kind), item.schema, text).handling
    handling = decode_handling(text)
    assert handling == (decoded if '"handling"' in text else None)
