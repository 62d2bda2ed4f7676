"""Names and other words written by hand, where Faker's lists are short or have no vowels. Nobody is meant by any of
them.

Lists stand in falling order of frequency. Arabic-script lists use the phonemic letters of `letters.abjad`.
"""


def entries(table: str) -> list[str]:
    """The entries of a table that has one a line; a line that begins with a space continues the one before."""
    return table.strip().replace("\n ", " ").splitlines()
