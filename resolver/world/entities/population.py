"""Population of one chunk of the world: its true persons, groups and ships."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.world.entities.document_numbers import Papers
from resolver.world.entities.group_columns import Ships
from resolver.world.entities.persons import Persons
from resolver.world.entities.true_groups import Memberships, TrueGroups


@dataclass(frozen=True, slots=True)
class Population:
    """True entities of a chunk, the memberships and the papers of its persons."""

    persons: Persons
    groups: TrueGroups
    ships: Ships
    memberships: Memberships
    papers: Papers
