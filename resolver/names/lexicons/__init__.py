"""Tables of words: nicknames, titles, legal forms, roles and symbols of names."""
