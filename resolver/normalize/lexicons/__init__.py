"""Tables of words: nicknames, titles, cities, spellings and their symbols."""
