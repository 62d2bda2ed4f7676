"""Names of a pair word by word, as its page shows them."""

from __future__ import annotations

from collections.abc import Sequence

from resolver.records.results.explanation import AlignedPart, EvidenceRow, Explanation, Fate
from resolver.review.attributes import latin_transliteration
from resolver.review.view_models import NameView


def build_name_view(explanation: Explanation) -> NameView | None:
    """Return the alignment of the two names that count; None where none are compared."""
    parts: Sequence[AlignedPart] = explanation.parts
    name_row: EvidenceRow | None = next(
        (row for row in explanation.rows if row.name.startswith("name") and row.left and row.right),
        None,
    )
    if not parts or name_row is None:
        return None
    transliterations = latin_transliteration(name_row.left), latin_transliteration(name_row.right)
    return NameView(name_row.left, name_row.right, *transliterations, face_contradictions(parts))


def face_contradictions(parts: Sequence[AlignedPart]) -> tuple[AlignedPart, ...]:
    """Return the parts of two names with those that contradict each other face to face, in order:
    `Sergei` of one name and `Aleksei` of the other are one difference, not two.
    """
    rest = [part for part in parts if part.fate is Fate.CONTRADICTED and not part.left]
    faced = []
    for part in parts:
        if part.fate is not Fate.CONTRADICTED:
            faced.append(part)
        elif part.left and not part.right and rest:
            faced.append(part._replace(right=rest.pop(0).right))
        elif part.left:
            faced.append(part)
    return (*faced, *rest)
