"""Values other than names: dates, places, identifiers, contacts; their forms and comparators."""
