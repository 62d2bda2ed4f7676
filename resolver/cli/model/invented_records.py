"""Invented records that `resolver train` learns from besides the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolver.records import Record
    from resolver.training.query_pairs import QueryWorld
    from resolver.training.training_data import InventedMaterial, TrainingWorld

WORLDS = (
    *[300] * 10,
    *[1_000] * 6,
    *[3_000] * 6,
    *[10_000] * 2,
    *[30_000] * 2,
    100_000,
    300_000,
)
"""Records of the invented worlds, one population each."""
REGISTER_RECORDS, DIFFERENCE_PAIRS = 60_000, 22_000
MAX_WORLD_PAIRS = (40_000, 20_000)
"""Maximum numbers of false and true pairs of a world; drawn pairs stand for all."""
_PEOPLE = 30_000
"""Records of the world whose people stated pairs are made of."""
NAMED_GROUPS = 1_500
"""Groups of each list of movements or institutions whose names are compared alone."""
SPELLED_PERSONS = 120
"""Invented persons of each culture whose names are spelled in every way."""


QUERY_WORLDS = (1_000, 3_000, 10_000, 30_000)
"""Records of the worlds whose names are asked in checks."""
QUERY_STRANGERS = 5_000
"""Records of the world that strangers to another one, or to lists, come from."""


def invent_material(seed: int) -> InventedMaterial:
    """Return worlds, spellings of names and pairs with controlled differences."""
    from resolver.training.training_data import InventedMaterial, names_by_group

    worlds = _worlds(seed)
    people = next(world.records for world in worlds if len(world.records) >= _PEOPLE)
    groups = names_by_group(worlds, NAMED_GROUPS)
    return InventedMaterial(worlds, _spellings(seed), groups, _controlled_differences(seed), people)


def _worlds(seed: int) -> list[TrainingWorld]:
    """Return worlds of agencies' records of several sizes, and lists of other kinds."""
    from resolver.records import Kind
    from resolver.synthetic import generate
    from resolver.training.training_data import (
        build_directory_worlds,
        build_institution_worlds,
        build_movement_worlds,
        build_register_worlds,
    )

    registers = generate(REGISTER_RECORDS, seed=seed + 1)
    people = [
        (record, registers.cultures[registers.truth[record.id]])
        for record in registers.records
        if record.kind == Kind.PERSON
    ]
    return [
        *(_world(records, 100 * seed + number) for number, records in enumerate(WORLDS)),
        *build_register_worlds(people, seed),
        *build_directory_worlds(people, seed),
        *build_movement_worlds(people, seed),
        *build_institution_worlds(people, seed),
    ]


def _world(records: int, seed: int) -> TrainingWorld:
    from resolver.synthetic import generate
    from resolver.training.training_data import TrainingWorld

    world = generate(records, seed=seed)
    return TrainingWorld("world", world.records, world.truth, "", *MAX_WORLD_PAIRS)


def invent_query_worlds(seed: int) -> tuple[list[QueryWorld], tuple[Record, ...]]:
    """Return the worlds whose names are asked in checks, and strangers to lists."""
    from resolver.synthetic import generate
    from resolver.training.query_pairs import QueryWorld

    worlds = []
    for place, records in enumerate(QUERY_WORLDS):
        own = 100 * seed + place
        world, others = generate(records, seed=own), generate(QUERY_STRANGERS, seed=own + 1)
        worlds.append(QueryWorld(world.records, world.truth, others.records, own))
    return worlds, generate(QUERY_STRANGERS, seed=seed).records


def _spellings(seed: int) -> list[tuple[str, ...]]:
    """Return the spellings of the names of some invented persons of every culture."""
    from resolver.synthetic import CULTURE_NAMES, spell_name_variants

    return [
        names
        for culture in CULTURE_NAMES
        for names in spell_name_variants(culture, SPELLED_PERSONS, seed)
    ]


def _controlled_differences(seed: int) -> list[tuple[Record, Record, bool]]:
    """Return invented pairs with one difference each, unlike the probes that measure fairness."""
    from resolver.cli.model.fairness import PROBE_SEED
    from resolver.synthetic import make_probes

    probe_seed = seed if seed != PROBE_SEED else seed + 1
    return [
        (probe.left, probe.right, probe.same) for probe in make_probes(DIFFERENCE_PAIRS, probe_seed)
    ]
