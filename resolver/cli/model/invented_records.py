"""Invented records that `resolver train` learns from besides the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolver.records import Record
    from resolver.training.training_data import InventedMaterial, TrainingWorld

AGENCY_RECORDS, REGISTER_RECORDS, DIFFERENCE_PAIRS = 40_000, 60_000, 22_000
SPELLED_PERSONS = 120
"""Invented persons of each culture whose names are spelled in every way."""


def invent_material(seed: int) -> InventedMaterial:
    """Return worlds, spellings of names and pairs with controlled differences."""
    from resolver.training.training_data import InventedMaterial

    worlds = _worlds(seed)
    people = worlds[0].records
    return InventedMaterial(worlds, _spellings(seed), _controlled_differences(seed), people)


def _worlds(seed: int) -> list[TrainingWorld]:
    """Return one world with the records of agencies, and registers of people of another world."""
    from resolver.records import Kind
    from resolver.synthetic import generate
    from resolver.training.training_data import TrainingWorld, build_register_worlds

    agencies = generate(AGENCY_RECORDS, seed=seed)
    registers = generate(REGISTER_RECORDS, seed=seed + 1)
    people = [
        (record, registers.cultures[registers.truth[record.id]])
        for record in registers.records
        if record.kind == Kind.PERSON
    ]
    return [
        TrainingWorld("world", agencies.records, agencies.truth, "S", 40_000),
        *build_register_worlds(people, seed),
    ]


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
