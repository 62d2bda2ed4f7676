"""Names word by word: what contradicts faces what it contradicts."""

from __future__ import annotations

from resolver.records.results.explanation import AlignedPart, Fate
from resolver.review.pair import face_contradictions


def part(left: str, right: str, fate: Fate) -> AlignedPart:
    return AlignedPart(left, right, fate, 0.5, 5.0)


def test_words_that_contradict_each_other_face_each_other() -> None:
    parts = [
        part("sergei", "", Fate.CONTRADICTED),
        part("belov", "bclov", Fate.SIMILAR),
        part("", "aleksei", Fate.CONTRADICTED),
        part("", "senior", Fate.CONTRADICTED),
        part("ivanovich", "", Fate.OMITTED),
    ]
    assert [(row.left, row.right) for row in face_contradictions(parts)] == [
        ("sergei", "aleksei"),
        ("belov", "bclov"),
        ("ivanovich", ""),
        ("", "senior"),
    ]


def test_a_rest_of_the_left_name_faces_nothing() -> None:
    parts = [part("a", "", Fate.CONTRADICTED), part("b", "", Fate.CONTRADICTED)]
    parts.append(part("", "c", Fate.CONTRADICTED))
    assert [(row.left, row.right) for row in face_contradictions(parts)] == [("a", "c"), ("b", "")]
