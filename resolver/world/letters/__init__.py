"""Spellings of a name in the systems that different offices use, script by script.

Each module maps a name in its own script (or a phonemic spelling of it) to `Spellings`. Rules
follow real romanization systems, with the precision that invented data needs; they are not meant
for other uses.
"""

from resolver.world.letters.alphabets import Spellings, parse_entry

__all__ = ["Spellings", "parse_entry"]
