"""Words that names of invented institutions and firms are made of, and that tell them apart.

The generator of institutions and the hard negatives draw from these tables, so that what the one
writes in many forms is what the others tell apart.
"""

from __future__ import annotations

HEADS = tuple(
    "university institute academy college hospital clinic museum library ministry agency".split()
)
"""Words for institutions."""
TYPES = tuple(
    """
    state technical medical agricultural federal catholic pedagogical veterinary international
    metropolitan national polytechnic northern southern western eastern children's
    """.split()
)
"""Words that say of which type an institution is, or of which part of a country."""
SUBJECTS = tuple(
    """
    technology science sciences medicine economics law engineering physics biology mathematics
    education agriculture music health energy transport finance
    """.split()
)
TRADES = tuple(
    """
    industries technology electronics chemical pharmaceutical engineering machinery systems trading
    shipping construction energy instruments laboratories foods steel motors textile insurance
    holding logistics petroleum mining airlines bank foundation media investment exchange security
    marine telecom
    """.split()
)
"""Words that say what a firm does."""
FOUNDERS = tuple(
    """
    Adler Christ King's Queen's Trinity Victoria Lincoln Wesley Galilei Carolina Maria Humboldt
    Western Northern New Saint Wilhelm Free Private Stefan Petrov Ahmad
    """.split()
)
"""Names and qualities that tell a second institution of a place from the one named after it."""
