"""Roles that nobody stated: which word of a name written in one piece is most likely the given name, which the family
name.

By where they stand (the given name first, the family name last), unless what is known of the two words says that the
order is the other one: `Wang Xiaoming`, `SMITH John`. A guess weighs only where a guess is enough: to say which part
of two names contradicts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.records.prepared import ByteArray, Role, TokenFlag, TokenTable
from resolver.records.ragged import Ragged
from resolver.records.tables import Tables

_UNKNOWN = 50
_INITIAL = 90
"""Per cent of its bearers that bear a word as a given name: one that no table knows, and an initial."""
_REVERSED = 30
"""So much more of a given name must the last word be than the first, for the order to be the other one."""


def likely_roles(forms: Ragged, tokens: TokenTable, tables: Tables) -> ByteArray:
    """A role beside each word of full names of persons (f forms of token codes): `LIKELY_GIVEN` and `LIKELY_FAMILY` for
    the first and the last word that is no particle, `UNSET` for all others and where there are not two."""
    roles = np.zeros(len(forms.items), dtype=np.uint8)
    words = np.flatnonzero((tokens.flags[forms.items] & int(TokenFlag.PARTICLE)) == 0)
    if not len(words):
        return roles
    rows = forms.rows[words]
    begins = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    first, last = words[begins], words[np.append(begins[1:], len(words)) - 1]
    several = first != last
    first, last = first[several], last[several]
    given = _given(forms, tokens, tables, first, last)
    turned = given[1] - given[0] > _REVERSED
    roles[np.where(turned, last, first)] = int(Role.LIKELY_GIVEN)
    roles[np.where(turned, first, last)] = int(Role.LIKELY_FAMILY)
    return roles


def _given(
    forms: Ragged, tokens: TokenTable, tables: Tables, *places: npt.NDArray[np.intp]
) -> list[npt.NDArray[np.int64]]:
    """Per cent of bearers that bear the words at some places as given names."""
    codes = [forms.items[at] for at in places]
    asked, where = np.unique(np.concatenate(codes), return_inverse=True)
    shares = np.fromiter(
        (tables.person_given.get(text, _UNKNOWN) for text in tokens.texts[asked]), dtype=np.int64, count=len(asked)
    )
    shares[(tokens.flags[asked] & int(TokenFlag.INITIAL)) != 0] = _INITIAL
    return np.split(shares[where], np.cumsum([len(part) for part in codes])[:-1])


__all__ = ["likely_roles"]
