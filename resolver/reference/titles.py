"""Titles in names of persons, in Latin letters."""

from __future__ import annotations

TITLES = frozenset(
    """
    dr mr mrs ms miss mister sir lady lord prof professor haji hajji hajj hadji sheikh shaikh
    shaykh sheik shekh mullah mulla molla maulvi mawlawi maulawi maulana mawlana ustad ustaz qari
    hafiz mufti ayatollah hojatoleslam hojjatoleslam colonel col general gen lt lieutenant major
    maj captain capt brigadier brig sergeant sgt commander marshal admiral adm engineer eng ing
    engr rev reverend father fr sister brother president minister ambassador judge senator jr sr
    ii iii iv phd md esq herr frau monsieur mme mlle madame senor sra don dona pr me maitre dato
    datuk datin baronet bart knight baron baroness earl count countess duke duchess viscount
    viscountess marquess marquis prince princess hon honourable rt bishop archbishop cardinal king
    queen emperor empress sultana seyyed seyed sayyid sayyed sayed sayyidi saiyid syed seyyid sidi
    madam hajia alhaji hadj haci smt shri shrimati dra lic dipl
    """.split()
)
# Titles unless they are the last word.
LAST_TITLES = frozenset(
    """
    sheikh shaikh shaykh sheik shekh shykh haji hajji hajj hadji hajy hadj haci mufti hafiz qari
    """.split()
)
# Titles that are names at the end, or unless two words follow.
TITLES_OR_NAMES = frozenset(
    """
    earl prince princess baron duke count knight bishop major marshal judge cardinal brother
    sister father senator minister president general captain lord lady miss commander engineer
    viscount countess baroness duchess king queen sultana seyyed seyed sayyid sayyed sayed sayyidi
    saiyid syed syd seyyid sidi
    """.split()
)
NAMELESS_TITLES = TITLES - TITLES_OR_NAMES - LAST_TITLES
"""Titles that are nobody's name."""
