"""Synthetic world of persons, criminal groups and ships, the lists of its agencies, and the truth.

No person in it exists: names come from lists of frequent names, all other values from random
numbers.
"""

from resolver.world.differences.corruptions import (
    CORRUPTIONS,
    Corruption,
    Probe,
    make_probes,
    spell_name_variants,
)
from resolver.world.names.cultures import CULTURE_NAMES
from resolver.world.world import World, WorldSummary, generate, write_world

__all__ = [
    "CORRUPTIONS",
    "CULTURE_NAMES",
    "Corruption",
    "Probe",
    "World",
    "WorldSummary",
    "generate",
    "make_probes",
    "spell_name_variants",
    "write_world",
]
