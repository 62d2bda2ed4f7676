"""Synthetic world of persons, criminal groups and ships, the lists of its agencies, and the truth.

No person in it exists: names come from lists of frequent names, all other values from random
numbers.
"""

from resolver.synthetic.differences.corruptions import CORRUPTIONS, Corruption
from resolver.synthetic.differences.probes import Probe, make_probes, spell_name_variants
from resolver.synthetic.names.cultures import CULTURE_NAMES
from resolver.synthetic.world import World, WorldSummary, generate, write_world

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
