"""Tables of the unique values of a batch in normal form, which its records and others share."""
