"""Stores keep the population of their last refresh; a refresh measures it anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resolver.check.entity_index import EntityIndex
from resolver.check.screener import MatchQuery, Screener
from resolver.engines.local import LocalEngine, dedupe
from resolver.errors import LargeChangeError, StoreError
from resolver.hub.growth import growth_steps
from resolver.hub.hub import Hub
from resolver.hub.job_worker import queue_refresh, refresh_if_due, run_refresh_job
from resolver.hub.rebuild import RebuildEffect, refuse_large
from resolver.hub.record_index import RecordIndex
from resolver.hub.segment_contents import assemble_rows
from resolver.matching.pipeline import normalize, resolve
from resolver.matching.resolution_task import ResolutionTask, RunOptions
from resolver.records import Handling, Kind, Record
from resolver.records.batch import Batch
from resolver.records.decisions import Verdict
from resolver.records.prepared.population import KindPopulation, Population
from resolver.records.progress import SILENT
from resolver.records.results.resolution import Resolution
from resolver.records.visibility import Audience, Viewer
from resolver.store import JobState
from resolver.world import generate
from tests.hub.hubs import (
    OPTIONS,
    Stores,
    export_canonical,
    make_decision,
    make_intake,
    make_namesake,
)
from tests.matching.preparing import quick_symbols
from tests.model_folders import make_earlier_models, make_population_models
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> RunOptions:
    """Return options with models that know populations."""
    folder = make_population_models(tmp_path_factory.mktemp("models") / "model")
    return replace(OPTIONS, model_dir=folder)


@pytest.fixture(scope="module")
def big_world() -> list[Record]:
    return sorted(generate(320, seed=5).records, key=lambda generated: generated.id)


@pytest.fixture
def hub(stores: Stores, options: RunOptions) -> Iterator[Hub]:
    with open_hub(stores, options) as opened:
        yield opened


def open_hub(stores: Stores, options: RunOptions) -> Hub:
    with stores.new() as new:
        url = new.store.engine.url.render_as_string()
    return Hub.open(url, options, min_file_records=1)


def population_of(hub: Hub) -> Population:
    with hub.store.view() as view:
        stored = view.population()
    assert stored is not None
    return stored[1]


def refreshed_at(hub: Hub) -> int:
    with hub.store.view() as view:
        return view.population_revision()


def links_of(hub: Hub) -> set[tuple[str, str, int]]:
    """Return the links of a store by record ids, with their log-odds."""
    with hub.store.view() as view:
        links, ids = view.all_links(), {}
        ids = view.record_ids(np.union1d(links.left, links.right).tolist())
        rows = zip(links.left.tolist(), links.right.tolist(), links.logodds.tolist(), strict=True)
        return {(ids[left], ids[right], logodds) for left, right, logodds in rows}


def links_in(resolution: Resolution) -> set[tuple[str, str, int]]:
    ids, links = resolution.batch.ids.to_pylist(), resolution.links
    rows = zip(links.left.tolist(), links.right.tolist(), links.logodds.tolist(), strict=True)
    return {(ids[left], ids[right], logodds) for left, right, logodds in rows}


def resolve_in(
    records: Sequence[Record], options: RunOptions, population: Population | None
) -> Resolution:
    """Resolve records as one batch, under the plan of a small store."""
    task = ResolutionTask.build(
        make_intake(records).batch, (), replace(options, plan="S"), population=population
    )
    return resolve(task, LocalEngine())


def restricted(identity: str, name: str) -> Record:
    hidden = Handling(code="H3", agency="customs")
    return replace(record(identity, name=name, birthDate="1971-02-03"), handling=hidden)


def test_the_first_commit_measures_what_one_batch_does(
    hub: Hub, world: list[Record], options: RunOptions
) -> None:
    hub.add(make_intake(world))
    batch = resolve_in(world, options, None)
    assert (refreshed_at(hub), population_of(hub)) == (1, batch.stats.population)
    assert population_of(hub).of("person").records > 50
    assert links_of(hub) == links_in(batch)


def test_increments_keep_the_population(hub: Hub, world: list[Record], options: RunOptions) -> None:
    hub.add(make_intake(world[:50]))
    frozen = population_of(hub)
    for start in range(50, len(world), 40):
        hub.add(make_intake(world[start : start + 40]))
    hub.decide([make_decision((world[3].id, world[90].id), Verdict.DIFFERENT, 1)])
    assert (refreshed_at(hub), population_of(hub)) == (1, frozen)
    expected = resolve_in(world, options, frozen)
    assert links_of(hub) == links_in(expected)
    assert links_of(hub) != links_in(resolve_in(world, options, None))


def test_a_component_from_the_cache_keeps_the_population(hub: Hub, options: RunOptions) -> None:
    records = [make_namesake(f"s:{number:03d}") for number in range(60)]
    hub.add(make_intake(records[:50]))
    frozen = population_of(hub)
    for namesake in records[50:]:
        hub.add(make_intake([namesake]))
    assert links_of(hub) == links_in(resolve_in(records, options, frozen))


def test_a_refresh_measures_anew(hub: Hub, world: list[Record], options: RunOptions) -> None:
    hub.add(make_intake(world[:50]))
    hub.add(make_intake(world[50:]))
    frozen, before = population_of(hub), links_of(hub)
    effect = hub.preview_refresh()
    assert (hub.store.revision, links_of(hub)) == (2, before)
    assert hub.refresh(inspect=lambda shown: check_effect(shown, effect)) == 3
    expected = resolve_in(world, options, None)
    assert (effect.before, effect.after) == (frozen, expected.stats.population)
    assert (refreshed_at(hub), population_of(hub)) == (3, expected.stats.population)
    assert links_of(hub) == links_in(expected)
    # what follows keeps the new population
    hub.add(make_intake([make_namesake("z:1")]))
    assert refreshed_at(hub) == 3
    with hub.store.view(2) as earlier:
        assert earlier.population() == (1, frozen)


def check_effect(effect: RebuildEffect, expected: RebuildEffect) -> None:
    assert effect == expected


def test_a_store_made_in_steps_equals_one_batch_after_a_refresh(
    stores: Stores, hub: Hub, world: list[Record], options: RunOptions
) -> None:
    hub.add(make_intake(world[:7]))
    hub.add(make_intake(world[7:]))
    hub.refresh()
    with open_hub(stores, options) as other:
        other.add(make_intake(world))
        assert export_canonical(other) == export_canonical(hub)


def test_models_are_the_same_object_each_time(hub: Hub, world: list[Record]) -> None:
    hub.add(make_intake(world[:20]))
    with hub.store.view() as first:
        models = hub.models_at(first)
    with hub.store.view() as again:
        assert hub.models_at(again) is models
        assert models.population == population_of(hub)
    hub.add(make_intake(world[20:30]))
    with hub.store.view() as later:
        assert hub.models_at(later) is models
    hub.refresh()
    with hub.store.view() as refreshed:
        assert hub.models_at(refreshed) is not models


def test_an_index_is_built_anew_for_a_new_population(
    hub: Hub, world: list[Record], options: RunOptions
) -> None:
    hub.add(make_intake(world[:50]))
    hub.add(make_intake(world[50:]))
    folder = Path(f"{hub.store.path}.index")
    before = {path.name for path in folder.glob("*") if path.is_file()}
    assert before
    entities = EntityIndex(hub, min_file_records=1)
    first = entities.refresh()
    with Hub.open(hub.store.engine.url.render_as_string(), options, min_file_records=1) as other:
        # another process refreshes
        other.refresh()
    second = entities.refresh()
    assert (first.population_revision, second.population_revision) == (1, 3)
    assert not set(first.segments) & set(second.segments)
    with hub.indexed_view() as (view, index):
        assert index.revision == view.revision == 3
        assert index_rarities(index) == expected_rarities(hub, index)
    after = {path.name for path in folder.glob("*") if path.is_file()}
    assert after
    assert not after & before


def index_rarities(index: RecordIndex) -> dict[str, float]:
    """Return the rarities of the words in an index."""
    segment = index.segments[0]
    numbers = segment.first + np.arange(len(segment), dtype=np.int64)
    tokens = assemble_rows(index.parts(numbers)).tokens
    return dict(zip(map(str, tokens.texts), tokens.rarity_person.tolist(), strict=True))


def expected_rarities(hub: Hub, index: RecordIndex) -> dict[str, float]:
    """Return the rarities of words of names in the normal form of the same records, made anew."""
    with hub.store.view() as view:
        prepared = normalize(index.segments[0].batch.canonical(), hub.models_at(view))
    tokens, used = prepared.tokens, prepared.names.through(prepared.forms.tokens).items
    rarities = tokens.rarity_person[used].tolist()
    return dict(zip(map(str, tokens.texts[used]), rarities, strict=True))


def test_the_index_of_the_first_commit_has_the_frequencies_measured(
    hub: Hub, world: list[Record]
) -> None:
    hub.add(make_intake(world))
    with hub.indexed_view() as (_, index):
        rarities = index_rarities(index)
        assert rarities == expected_rarities(hub, index)
        shipped = normalize(index.segments[0].batch.canonical(), hub.models).tokens
    assert rarities != dict(zip(map(str, shipped.texts), shipped.rarity_person, strict=True))


def test_growth_makes_a_refresh_due(hub: Hub, big_world: list[Record]) -> None:
    hub.add(make_intake(big_world[:4]))
    with hub.store.view() as view:
        assert not hub.growth_at(view).steps
    hub.add(make_intake(big_world[4:]))
    with hub.store.view() as view:
        assert hub.growth_at(view).steps > 0
    assert refresh_if_due(hub) == 3
    assert sum(kind.records for kind in population_of(hub).kinds.values()) >= len(big_world)
    with hub.store.view() as view:
        assert not hub.growth_at(view).steps
    assert refresh_if_due(hub) is None


def test_steps_of_growth() -> None:
    assert [growth_steps(growth) for growth in (0, 0.5, 1.5, 1.6, 2.25, 2.3, 100)] == [
        *(0, 0, 0, 1, 1, 2),
        11,
    ]
    people = Population({"person": KindPopulation(1_000_000), "asset": KindPopulation(0)})
    assert people.growth_to({"person": 1_000_000, "asset": 1}) < 1.01
    assert people.growth_to({"person": 1_000_000, "asset": 1_000}) > 3
    few = Population({"person": KindPopulation(4)})
    assert few.growth_to({"person": 7}) == 7 / 4


def test_a_worker_gets_one_job_at_a_time(hub: Hub, big_world: list[Record]) -> None:
    hub.add(make_intake(big_world[:4]))
    assert queue_refresh(hub) is None
    hub.add(make_intake(big_world[4:200]))
    job = queue_refresh(hub)
    assert job is not None
    assert queue_refresh(hub) is None
    leased = hub.store.jobs.lease("w")
    assert leased is not None
    assert leased.id == job.id
    # it grows on while the job runs
    hub.add(make_intake(big_world[200:]))
    assert queue_refresh(hub) is None
    result = run_refresh_job(hub, leased, SILENT)
    hub.store.jobs.finish(leased, result)
    assert result["version"] == 4
    assert queue_refresh(hub) is None


def test_a_job_that_failed_is_not_tried_for_ever(hub: Hub, big_world: list[Record]) -> None:
    hub.add(make_intake(big_world[:100]))
    hub.add(make_intake(big_world[100:190]))
    assert queue_refresh(hub) is not None
    leased = hub.store.jobs.lease("w")
    assert leased is not None
    assert hub.store.jobs.fail(leased, "the disk is full").state is JobState.FAILED
    assert queue_refresh(hub) is None
    hub.add(make_intake(big_world[190:]))
    again = queue_refresh(hub)
    assert again is not None
    assert again.id != leased.id


def test_large_changes_have_to_be_accepted(hub: Hub) -> None:
    effect = RebuildEffect(1_000, 12, 9, 21, None, None)
    with pytest.raises(LargeChangeError, match=r"21 of 1,000 .*12 split, 9 merge.*accept-large"):
        refuse_large(effect)
    refuse_large(replace(effect, entities=3_000))
    refuse_large(replace(effect, changed=19))
    with pytest.raises(StoreError, match="the store is empty"):
        hub.refresh()


def test_a_refused_refresh_changes_nothing(hub: Hub, world: list[Record]) -> None:
    hub.add(make_intake(world[:20]))

    def refuse(_effect: RebuildEffect) -> None:
        raise LargeChangeError(["no"])

    with pytest.raises(LargeChangeError):
        hub.refresh(inspect=refuse)
    assert (hub.store.revision, refreshed_at(hub)) == (1, 1)


def test_effects_count_split_and_merged_entities(hub: Hub, options: RunOptions) -> None:
    hub.add(make_intake(make_namesake(f"s:{number}") for number in range(4)))
    never = replace(options, merge_at=1.0)
    effect = hub.preview_rebuild(never)
    assert (effect.entities, effect.split, effect.merged, effect.changed) == (1, 1, 0, 1)
    hub.rebuild(never)
    effect = hub.preview_rebuild(options)
    assert (effect.entities, effect.split, effect.merged, effect.changed) == (4, 0, 4, 4)


def test_hidden_records_do_not_count(hub: Hub, world: list[Record]) -> None:
    hub.add(make_intake(world))
    open_figures = population_of(hub)
    twins = [
        restricted(f"c:{number}-{twin}", f"Igor{number} Zaytsev{number}")
        for number in range(80)
        for twin in (1, 2)
    ]
    hub.add(make_intake(twins))
    with hub.store.view() as view:
        assert not hub.growth_at(view).steps
    hub.refresh()
    assert population_of(hub) == open_figures
    index = EntityIndex(hub, listed=0.02)
    shown = index.refresh().models.population
    assert shown is not None
    with hub.store.view() as view:
        record_numbers, entity = view.all_members()
        ids = view.record_ids(record_numbers.tolist())
    of_world = {
        number
        for row, number in enumerate(entity.tolist())
        if not ids[int(record_numbers[row])].startswith("c:")
    }
    kinds = shown.kinds
    assert sum(kind.records for kind in kinds.values()) >= len(of_world)
    assert kinds["person"].records < len(of_world)


def test_checks_know_entities_and_listed_callers(hub: Hub, world: list[Record]) -> None:
    hub.add(make_intake(make_namesake(f"s:{number}") for number in range(5)))
    hub.add(make_intake(world))
    query = record("q:1", name="Zbigniew Brzezinski", birthDate="1928")
    scores = {}
    for listed in (0.5, 0.01, 1 / 3000):
        screener = Screener(hub, listed)
        (result,), _ = screener.check([query], MatchQuery(cutoff=0.0))
        best = result.matches[0]
        rows = {row.name: row for row in best.why.rows}
        assert sum(row.weight for row in best.why.rows) == best.why.logodds
        assert set(rows) >= {"calibration", "population", "partners"}
        scores[listed] = best.score, rows["partners"].help
    assert scores[0.5][0] > scores[0.01][0] > scores[1 / 3000][0]
    assert [text for _, text in scores.values()] == [
        "1 in 2 callers is listed.",
        "1 in 100 callers is listed.",
        "1 in 3,003 callers is listed.",
    ]


def test_checks_count_entities_not_records(hub: Hub) -> None:
    hub.add(make_intake(make_namesake(f"s:{number}") for number in range(5)))
    hub.add(make_intake([record("g:1", Kind.LEGAL, name="Vektor")]))
    population = EntityIndex(hub).refresh().models.population
    assert population is not None
    assert {kind: figures.records for kind, figures in population.kinds.items()} == {
        "person": 2,
        "group": 1,
        "asset": 0,
    }


@pytest.mark.parametrize(
    "records",
    [
        [record("s:1", name="Amelia Earhart", birthDate="1897-07-24")],
        [make_namesake(f"s:{number:02d}") for number in range(40)],
        [record(f"s:{number}", Kind.ASSET, name=f"Star {number}") for number in range(12)],
        [record("s:1", name="Ann"), record("s:2", name="Ann")],
    ],
    ids=["one", "identical", "one kind", "no dates"],
)
def test_odd_stores_are_measured(hub: Hub, options: RunOptions, records: list[Record]) -> None:
    hub.add(make_intake(records))
    batch = resolve_in(records, options, None)
    assert population_of(hub) == batch.stats.population
    hub.add(make_intake([record("t:1", name="Amelia Earhart")]))
    hub.refresh()
    assert refreshed_at(hub) == 3
    EntityIndex(hub).refresh()


def test_a_store_that_began_without_records(
    hub: Hub, world: list[Record], options: RunOptions
) -> None:
    hub.decide([make_decision(("a:1", "b:1"), Verdict.DIFFERENT, 1)])
    with hub.store.view() as view:
        assert view.population() is None
    # of those who see records, and of everybody with the first records that everybody may see
    hidden = [replace(row, handling=Handling("River", "H3")) for row in world[:30]]
    hub.add(make_intake(hidden))
    agency = Audience.of([Viewer("viewer", "River")])
    first = population_of(hub)
    assert first.is_empty
    assert not first.for_audience(agency).is_empty
    hub.add(make_intake(world[30:]))
    second = population_of(hub)
    assert second.of("person").records > 0
    assert second.restricted == first.restricted
    with Hub.open("sqlite:///" + str(hub.store.path) + ".public", options) as public:
        public.add(make_intake(world[30:]))
        assert population_of(public) == replace(second, restricted={})


def test_restricted_records_alone_score_as_public_ones(
    world: list[Record], options: RunOptions, tmp_path: Path
) -> None:
    query = world[7]
    viewer = Viewer("kim")
    links, checks = [], []
    for code in ("H0", "H1"):
        records = [replace(row, handling=Handling("River", code)) for row in world]
        with Hub.open(f"sqlite:///{tmp_path}/{code}.db", options) as hub:
            hub.add(make_intake(records[:40]))
            hub.add(make_intake(records[40:]))
            hub.refresh()
            (result,), _ = Screener(hub).check([query], MatchQuery(viewer=viewer, cutoff=0.0))
            checks.append([(match.entity["id"][:2], match.score) for match in result.matches])
            with hub.store.view() as view:
                table = view.all_links()
                links.append((table.logodds.tolist(), table.outcome.tolist()))
            if code == "H1":
                # the first records that everybody may see are as in a store of their own
                hub.add(make_intake([record("p:1", name="Amelia Earhart")]))
                assert not population_of(hub).is_empty
                with hub.store.view() as view:
                    assert view.all_links().logodds.tolist() == links[1][0]
    assert links[0] == links[1]
    assert checks[0] == checks[1]


def test_a_refresh_for_an_agency_keeps_what_others_see(
    hub: Hub, world: list[Record], tmp_path: Path
) -> None:
    hub.add(make_intake(world[:40]))
    before = population_of(hub)
    hidden = [
        replace(row, id=f"r:{number}", source="r", handling=Handling("River", "H3"))
        for number, row in enumerate(world * 9)
    ]
    hub.add(make_intake(hidden))
    assert refresh_if_due(hub, accept_large=True) == 3
    after = population_of(hub)
    assert replace(after, restricted={}) == before
    agency = Audience.of([Viewer("viewer", "River")])
    assert after.for_audience(agency).records > before.records
    assert refresh_if_due(hub, accept_large=True) is None


def test_dry_runs_store_no_population(hub: Hub, world: list[Record]) -> None:
    hub.add(make_intake(world[:20]), dry_run=True)
    with hub.store.view() as view:
        assert (view.revision, view.population()) == (0, None)


def test_models_of_an_earlier_form_have_no_population(
    world: list[Record], options: RunOptions, tmp_path: Path
) -> None:
    folder = make_earlier_models(tmp_path / "earlier")
    with Hub.open(f"sqlite:///{tmp_path}/earlier.db", model_dir=folder) as earlier:
        earlier.add(make_intake(world[:60]))
        earlier.add(make_intake(world[60:]))
        with earlier.store.view() as view:
            assert view.population() is None
            assert not earlier.growth_at(view).steps
            assert earlier.models_at(view).population is None
        effect = earlier.preview_refresh()
        assert (effect.changed, list(effect.population_lines())) == (0, [])
        assert EntityIndex(earlier).refresh().models.population is None
        assert queue_refresh(earlier) is None
        url = earlier.store.engine.url.render_as_string()
        expected = dedupe(make_intake(world), replace(OPTIONS, plan="S", model_dir=folder))
        assert links_of(earlier) == links_in(expected)
    with Hub.open(url, options, check=False) as adopted:
        adopted.rebuild(options)
        assert refreshed_at(adopted) == 3
        assert links_of(adopted) == links_in(resolve_in(world, options, None))


def test_a_batch_read_from_a_store_carries_handling(hub: Hub) -> None:
    hub.add(make_intake([restricted("c:1", "Igor Zaytsev")]))
    with hub.store.view() as view:
        (part,) = view.batches()
    assert next(iter(Batch.to_records(part.batch))).handling.code == "H3"
