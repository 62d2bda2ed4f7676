"""An invented world of persons, criminal groups and ships, and the lists that many agencies keep of them, with the
truth.

Nobody in it exists: names are drawn from lists of frequent names, everything else from random numbers.
"""

from resolver.synthetic.differences.corruptions import CORRUPTIONS, Corruption
from resolver.synthetic.differences.probes import Probe, name_variants, probes
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
    "name_variants",
    "probes",
    "write_world",
]
