"""From one written name to the spellings that offices give it, script by script.

Every module here maps a name in its own script (or a phonemic spelling of it) to `Spellings`: the ways different
offices write it. The rules are those of real romanisations, kept only as fine as invented data needs; they are not
meant for other use.
"""

from resolver.synthetic.letters.base import Spellings, listed

__all__ = ["Spellings", "listed"]
