"""Search over stored values: terms and their index, names by prefix, relations."""
