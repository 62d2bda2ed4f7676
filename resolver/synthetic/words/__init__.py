"""Name lists and other word tables, written by hand where Faker's lists are short or lack vowels.

The names denote no real person. Lists are in falling order of frequency. Lists in Arabic script use
the phonemic letters of `letters.abjad`. In all tables `_` stands for a space.
"""


def split_lines(table: str) -> list[str]:
    """Return the lines of a table; an indented line continues the line before it."""
    return table.strip().replace("\n ", " ").splitlines()


def parse_pairs(table: str) -> dict[str, str]:
    """Return key → value of a table with `key:value` entries, separated by spaces."""
    entries = [entry.replace("_", " ").partition(":") for entry in table.split()]
    return {key: value for key, _, value in entries}


def parse_sections(table: str) -> dict[str, str]:
    """Return key → text of a table with one `key: text` per line (see `split_lines`)."""
    sections = [line.partition(": ") for line in split_lines(table)]
    return {key: text for key, _, text in sections}
