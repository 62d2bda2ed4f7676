"""Command `resolver network`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from resolver.cli.command_log import log_records
from resolver.cli.options import PATH, model_option, store_option
from resolver.cli.store_arguments import open_hub_to_read
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

_HELP = """Write the network of a store into FILE: entities, their relations, and the telephones,
documents, accounts, vessels and addresses that they share.

\b
Examples:
  resolver network --store sqlite:///hub.db --format graphml --out hub.graphml
  resolver network --store sqlite:///hub.db --around us-ofac-sdn:2674 --hops 2 --out near.graphml
  resolver network --store sqlite:///hub.db --agency Coast --format csv --out coast
"""
_FORMATS = ("graphml", "gexf", "csv", "ftm", "json")


@click.command("network", help=_HELP)
@store_option(required=True)
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="FILE",
    help="File to write; for csv a folder, with nodes.csv and edges.csv.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(_FORMATS),
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
@click.pass_obj
def command(settings: Settings, /, store_url: str, out: Path, **options: Any) -> None:
    """Run `resolver network`."""
    from resolver.network.export.network_export import export_network
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
