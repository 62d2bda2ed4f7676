"""Commands on the network of a store.

- `resolver network`: write the network, or the part around an entity, into a file.
- `resolver network path`: show who connects two entities, by their names or ids.
- `resolver network group`: show who belongs to a group and leads it, and its past.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.arguments import open_hub_to_read
from resolver.cli.options import PATH, json_option, model_option, store_option
from resolver.cli.process_start import log_records
from resolver.errors import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.network.groups import GroupView
    from resolver.network.paths import Paths

_NETWORK_HELP = """Write the network of a store into FILE: entities, their relations, and the
telephones, documents, accounts, vessels and addresses that they share. Or ask who connects two.

\b
Examples:
  resolver network --store sqlite:///hub.db --format graphml --out hub.graphml
  resolver network --store sqlite:///hub.db --around us-ofac-sdn:2674 --hops 2 --out near.graphml
  resolver network --store sqlite:///hub.db --agency Coast --format csv --out coast
  resolver network path "Red Pier" "Los Alacranes" --store sqlite:///hub.db
"""
FORMATS = ("graphml", "gexf", "csv", "neo4j", "stix", "ftm", "json")
"""Names of `EXPORTS`, which is too slow to load for the help of a command."""


@click.group("network", help=_NETWORK_HELP, invoke_without_command=True)
@store_option()
@click.option(
    "--out",
    type=PATH,
    metavar="FILE",
    help="File to write; for csv and neo4j a folder, with a table of nodes and one of edges.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default="graphml",
    show_default=True,
    help="Format of the file.",
)
@click.option(
    "--around", multiple=True, metavar="ID", help="Only what is around this entity; repeatable."
)
@click.option(
    "--hops", type=click.IntRange(0, 4), default=1, show_default=True, help="Edges from there."
)
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only edges of this type.")
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Only relations that may be in force that day.",
)
@click.option("--agency", metavar="NAME", help="Only what this agency may see.")
@model_option
@click.pass_context
def network_command(
    context: click.Context, /, store_url: str | None, out: Path | None, **options: Any
) -> None:
    """Run `resolver network`."""
    settings: Settings = context.obj
    store_url = store_url or settings.store
    if context.invoked_subcommand is not None:
        return
    if store_url is None or out is None:
        raise click.UsageError("add --store URL and --out FILE, or ask for a path", context)
    from resolver.network.formats import export_network
    from resolver.network.graph_reader import EDGE_TYPES, MAX_NODES, GraphQuery
    from resolver.records.visibility import OPERATOR, Viewer

    for kind in options["types"]:
        if kind not in EDGE_TYPES:
            raise click.BadParameter(f"{kind} is none of {', '.join(EDGE_TYPES)}")
    agency, around = options["agency"], options["around"]
    viewer = OPERATOR if agency is None else Viewer(agency, agency)
    day = f"{options['day']:%Y-%m-%d}" if options["day"] else ""
    query = GraphQuery(options["hops"], options["types"], day, max_nodes=MAX_NODES)
    with open_hub_to_read(store_url, settings, options["model_dir"]) as hub:
        log_records(hub, None, around=list(around), format=options["file_format"])
        graph = export_network(hub, out, options["file_format"], viewer, query, around)
    click.echo(
        f"{pluralize(len(graph.nodes), 'node')}, {pluralize(len(graph.edges), 'edge')}: {out}"
    )
    if not graph.is_complete:
        click.echo("note: some nodes have more neighbors than were written", err=True)


@network_command.command("path")
@click.argument("start", metavar="FROM")
@click.argument("goal", metavar="TO")
@store_option(required=True)
@click.option("--max", "longest", type=click.IntRange(1, 6), default=6, show_default=True)
@click.option(
    "--type", "types", multiple=True, metavar="TYPE", help="Only edges of this type; repeatable."
)
@click.option("--from-year", type=click.IntRange(1, 9999), help="Only what may be so since then.")
@click.option("--to-year", type=click.IntRange(1, 9999), help="Only what may be so until then.")
@click.option(
    "--without", multiple=True, metavar="LIST", help="A list that does not count; repeatable."
)
@click.option("--agency", metavar="NAME", help="Only what this agency may see.")
@json_option
@model_option
@click.pass_obj
def path_command(settings: Settings, /, start: str, goal: str, **options: Any) -> None:
    """Show who connects two entities, by their names or ids; the paths that say most come first.

    \b
    Examples:
      resolver network path "Red Pier" "Los Alacranes" --store sqlite:///hub.db
      resolver network path quay:2 quay:3 --type memberOf --from-year 2014 --store sqlite:///hub.db
    """
    from resolver.check.screener import Screener
    from resolver.network.graph_reader import EDGE_TYPES
    from resolver.network.paths import (
        PathQuery,
        connect_ends,
        find_end,
        paths_document,
        years_between,
    )
    from resolver.records.visibility import OPERATOR, Viewer

    for kind in options["types"]:
        if kind not in EDGE_TYPES:
            raise click.BadParameter(f"{kind} is none of {', '.join(EDGE_TYPES)}")
    agency = options["agency"]
    viewer = OPERATOR if agency is None else Viewer(agency, agency)
    years = years_between(options["from_year"], options["to_year"])
    query = PathQuery(options["longest"], options["types"], years, frozenset(options["without"]))
    with open_hub_to_read(options["store_url"], settings, options["model_dir"]) as hub:
        screener = Screener(hub)
        ends = [find_end(hub, screener, text, viewer) for text in (start, goal)]
        result = connect_ends(hub, ends[0], ends[1], viewer, query)
        seen = sorted({*ends[0].seen, *ends[1].seen, *(node.id for node in result.graph.nodes)})
        log_records(hub, len(seen), path=[start, goal], entities=seen)
    if options["as_json"]:
        click.echo(json.dumps(paths_document(result, *ends), ensure_ascii=False))
        return
    for end in ends:
        others = f"; {pluralize(len(end.others), 'other')} of this name" if end.others else ""
        same = f"; all {len(end.same)} of exactly this name count" if len(end.same) > 1 else ""
        click.echo(f"{end.asked}: {end.caption} ({end.id}){others}{same}")
    click.echo("\n".join(_describe_paths(result)) or "Nothing connects the two.")
    if not result.is_complete:
        click.echo(
            "note: there may be other paths: at most 20 are shown, and of nodes with many "
            "neighbors only some were followed",
            err=True,
        )


@network_command.command("group")
@click.argument("name", metavar="GROUP")
@store_option(required=True)
@click.option("--on", "when", default="", metavar="TIME", help="A year (2016) or day (2016-05-01).")
@click.option("--agency", metavar="NAME", help="Only what this agency may see.")
@json_option
@model_option
@click.pass_obj
def group_command(settings: Settings, /, name: str, when: str, **options: Any) -> None:
    """Show who belongs to a group and leads it, at any time or at one time, and its past.

    \b
    Examples:
      resolver network group "Blue Harbor Crew" --store sqlite:///hub.db
      resolver network group quay:g1 --on 2016 --store sqlite:///hub.db
    """
    from resolver.check.screener import Screener
    from resolver.network.groups import group_document, read_group, read_period
    from resolver.network.paths import find_end
    from resolver.records.visibility import OPERATOR, Viewer

    agency, period = options["agency"], read_period(when)
    viewer = OPERATOR if agency is None else Viewer(agency, agency)
    with open_hub_to_read(options["store_url"], settings, options["model_dir"]) as hub:
        end = find_end(hub, Screener(hub), name, viewer, wants_group=True)
        view = read_group(hub, end.id, viewer, period=period)
        seen = sorted({*end.seen, *view.entity_ids})
        log_records(hub, len(seen), group=name, entities=seen)
    if options["as_json"]:
        click.echo(json.dumps(group_document(view), ensure_ascii=False))
        return
    others = f"; {pluralize(len(end.others), 'other')} of this name" if end.others else ""
    click.echo(f"{end.asked}: {end.caption} ({end.id}){others}")
    click.echo("\n".join(_describe_group(view)) or "No list says who belongs to it.")


def _describe_group(view: GroupView) -> Iterator[str]:
    """Yield the members, those without dates last, and the events of the past."""
    for row in sorted(view.members, key=lambda row: not row.is_dated):
        details = ", ".join((*row.roles, *row.periods)) or "no role or date"
        words = ", ".join(row.words)
        yield f"   {words}: {row.node.caption} ({details}) [{', '.join(row.sources)}]"
    captions = {row.node.id: row.node.caption for row in view.lineage.groups}
    for event in view.lineage.events:
        ends = captions[event.edge.source], captions[event.edge.target]
        yield f"   {event.first or 'no date'}: {ends[0]} {event.edge.words} {ends[1]}"


def _describe_paths(result: Paths) -> Iterator[str]:
    """Yield the paths with the relations of each step, and the lists that state them."""
    captions = {node.id: node.caption for node in result.graph.nodes}
    for number, path in enumerate(result.paths, 1):
        yield f"{number}. {captions[path[0]]}"
        for near, far in pairwise(path):
            hub = f" (a hub of {result.hubs[far]} neighbors or more)" if far in result.hubs else ""
            words = sorted(
                f"{edge.words if edge.source == near else edge.reverse} [{', '.join(edge.sources)}]"
                for edge in result.graph.edges
                if {edge.source, edge.target} == {near, far}
            )
            yield f"   {'; '.join(words)}: {captions[far]}{hub}"
