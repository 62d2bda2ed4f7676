"""What either side of a comparison said, as text for a human: values, and how the parts of the names were aligned."""

from __future__ import annotations

import numpy as np

from resolver.compare.align import align_forms
from resolver.compare.context import Context
from resolver.compare.dates import GRADES
from resolver.records.prepared import Prepared
from resolver.records.ragged import Ragged

_GENDERS = ((1, "male"), (2, "female"), (4, "other"))


def shown(context: Context, shows: str, pair: int = 0) -> tuple[str, str]:
    """The texts of either side that a comparator looked at (`Comparator.shows`), joined by ` | `."""
    if shows == "names":
        left, right = (int(forms[pair]) for forms in context.best_forms)
        return form_text(context.prepared, left), form_text(context.prepared, right)
    rows = int(context.left[pair]), int(context.right[pair])
    one, two = (_values(context.prepared, shows, row) for row in rows)
    return " | ".join(one), " | ".join(two)


def form_text(prepared: Prepared, form: int) -> str:
    """A name as written, or put together from its parts; empty for -1."""
    if form < 0:
        return ""
    text = prepared.forms.texts[form]
    return str(text) if text else " ".join(prepared.tokens.texts[token] for token in prepared.forms.tokens[form])


def _values(prepared: Prepared, shows: str, row: int) -> list[str]:
    if shows.startswith("plain:"):
        held, table = prepared.plain[shows.removeprefix("plain:")]
        return [str(text) for text in table.texts[held[row]]]
    if shows == "gender":
        return [word for bit, word in _GENDERS if prepared.gender[row] & bit]
    if shows == "sources":
        return [str(prepared.ids[row].as_py()).partition(":")[0]]
    side: Ragged = getattr(prepared, shows)
    if shows in ("nationalities", "countries"):
        return [prepared.country_codes[code] for code in side[row]]
    texts = {
        "births": prepared.dates.texts,
        "starts": prepared.dates.texts,
        "birth_places": prepared.place_table.texts,
        "addresses": prepared.address_table.texts,
        "identifiers": prepared.identifier_table.texts,
    }[shows]
    return [str(text) for text in texts[side[row]]]


def alignment_text(context: Context, pair: int = 0) -> str:
    """How the best pair of names was aligned: `a = b` equal, `a ~ b 0.91` similar, `left only`/`right only` omitted
    or, where both sides have something left over, contradicted; with the rarity of each part in nats."""
    prepared = context.prepared
    left, right = (int(forms[pair]) for forms in context.best_forms)
    if left < 0 or right < 0:
        return ""
    forms, tokens, names = prepared.forms, prepared.tokens, context.names
    rarity = tokens.rarity_group if context.group else tokens.rarity_person
    mates = np.empty(24, dtype=np.int32), np.empty(24, dtype=np.int32)
    sim, result = np.zeros((24, 24), dtype=np.float32), np.empty(6, dtype=np.float32)
    offsets = forms.tokens.offsets
    align_forms(
        offsets[left],
        offsets[left + 1],
        offsets[right],
        offsets[right + 1],
        forms.tokens.items,
        forms.roles,
        forms.joined,
        forms.joined_skeleton,
        rarity,
        tokens.hashes,
        tokens.skeleton,
        names.first_letter,
        tokens.flags,
        names.similarities.keys,
        names.similarities.values,
        sim,
        mates[0],
        mates[1],
        result,
    )
    one, two = forms.tokens[left][:24], forms.tokens[right][:24]
    said = []
    for position, token in enumerate(one):
        text, nats = tokens.texts[token], float(rarity[token])
        mate = int(mates[0][position])
        if mate < 0:
            said.append(f"{text} left only ({nats:.1f})")
        elif tokens.hashes[two[mate]] == tokens.hashes[token]:
            said.append(f"{text} = {tokens.texts[two[mate]]} ({nats:.1f})")
        else:
            said.append(f"{text} ~ {tokens.texts[two[mate]]} ({nats:.1f})")
    said += [
        f"{tokens.texts[token]} right only ({float(rarity[token]):.1f})"
        for position, token in enumerate(two)
        if mates[1][position] < 0
    ]
    return ", ".join(said)


def detail(context: Context, feature: str, similarity: float, pair: int = 0) -> str:
    """A word on what a similarity means, where it has one."""
    if np.isnan(similarity):
        return ""
    if feature in ("birth_date", "start_date"):
        return GRADES[min(GRADES, key=lambda grade: abs(grade - similarity))]
    return alignment_text(context, pair) if feature == "name" else ""
