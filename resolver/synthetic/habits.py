"""The habits of the agencies behind a set of records, one value per record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic.agencies import Agency, Countries, habit
from resolver.synthetic.geography import geography
from resolver.synthetic.names.name_lexicon import Bools, Floats, Ints
from resolver.synthetic.random_columns import pick

Columns = dict[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits of the agencies that hold n records; `agency` is each record's place in `agencies`."""

    agencies: tuple[Agency, ...]
    agency: Ints

    def rate(self, name: str) -> Floats:
        """A habit that is a part or a factor, per record."""
        return habit(self.agencies, name)[self.agency].astype(np.float64)

    def number(self, name: str) -> Ints:
        """A habit that is a whole number or one of an enumeration, per record."""
        return habit(self.agencies, name)[self.agency].astype(np.int64)

    def flag(self, name: str) -> Bools:
        """A habit that an agency has or has not, per record."""
        return habit(self.agencies, name)[self.agency].astype(np.bool_)

    def take(self, rows: Ints) -> Habits:
        """The habits for some of the records."""
        return Habits(self.agencies, self.agency[rows])


def country_text(countries: Ints, habits: Habits) -> pa.StringArray:
    """Countries as each agency writes them; null for negative ones."""
    geo, style = geography(), habits.number("countries")
    where = pa.array(np.where(countries >= 0, countries, 0), mask=countries < 0)
    named = pick(style == Countries.NAME, geo.names.take(where), geo.codes.take(where))
    capitals = pick(style == Countries.CAPITALS, pc.utf8_upper(geo.codes).take(where), named)
    return pick(style == Countries.ALPHA3, geo.alpha3.take(where), capitals)
