"""Command `resolver feeds`: lists that are fetched from their publishers on schedule."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import (
    PATH,
    handling_options,
    json_option,
    pack_handling,
    store_option,
)
from resolver.cli.process_start import log_act_at
from resolver.errors import pluralize
from resolver.settings import Settings, child_environment

if TYPE_CHECKING:
    from resolver.feeds.feeds import FeedRun, FeedStatus, NewFeed

_LOOK_SECONDS = 5.0
"""Seconds after which a worker looks again whether a feed is due."""
_jobs_option = click.option(
    "--jobs", type=PATH, metavar="DIR", help="Folder of jobs. Default: next to a SQLite store."
)


@click.group("feeds")
def feeds_command() -> None:
    """Keep lists of publishers current: fetch them on schedule, commit each new version.

    `resolver worker` fetches the feeds that are due. A version that arrives damaged, much smaller
    or older is not committed; the last one serves until a person accepts the new one or the
    publisher mends it.

    \b
    Examples:
      resolver feeds add ofac --store sqlite:///hub.db
      resolver feeds add border --every 1h --agency "Border police" /srv/border --store ...
      resolver feeds list --store sqlite:///hub.db
      resolver feeds set ofac --every 12h --store sqlite:///hub.db
      resolver feeds run ofac --store sqlite:///hub.db
      resolver feeds publishers
    """


@feeds_command.command("publishers")
@json_option
def list_publishers_command(as_json: bool) -> None:
    """List the publishers that `feeds add NAME` knows without an address."""
    from resolver.feeds.feeds import load_publishers

    publishers = load_publishers().values()
    if as_json:
        rows = [asdict(publisher) for publisher in publishers]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in publishers:
        click.echo(
            f"{row.name}: {row.title}; every {row.every}, changes {row.changes}; {row.license}"
        )


@feeds_command.command("add")
@click.argument("name")
@click.argument("address", required=False)
@store_option(required=True)
@click.option("--format", "list_format", metavar="NAME", help="Format (see `resolver formats`).")
@click.option("--every", metavar="TIME", help="Interval, such as 30m, 6h or 1d. Default: 6h.")
@click.option("--agency", default="", help="Agency that owns the list. Default: the hub.")
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="Host that a redirect may lead to; `.example.org` means all hosts below it. Repeatable.",
)
@click.option("--mapping", type=PATH, metavar="FILE.yml", help="Meaning of a table's columns.")
@click.option("--title", default="", help="Title of the list, for people.")
@handling_options
@click.pass_obj
def add_feed_command(
    settings: Settings,
    /,
    *,
    name: str,
    address: str | None,
    store_url: str,
    list_format: str | None,
    every: str | None,
    agency: str,
    hosts: tuple[str, ...],
    mapping: Path | None,
    title: str,
    handling: str | None,
    handling_facts: tuple[str, ...],
) -> None:
    """Add a feed called NAME.

    ADDRESS is a URL, a file, a folder whose files together are the list, or a pattern such as
    /srv/border/*.csv, of which the newest file is the list. Without ADDRESS, NAME is that of a
    known publisher (see `resolver feeds publishers`).
    """
    from resolver.errors import InputError
    from resolver.feeds.feeds import (
        NewFeed,
        Store,
        add_feed,
        load_publishers,
        parse_interval,
    )
    from resolver.feeds.transfer import network_rules

    known = load_publishers().get(name) if address is None else None
    if address is None and known is None:
        raise InputError(
            f"no known publisher is called {name[:60]!r}",
            hint="give an address, or see `resolver feeds publishers`",
        )
    text = ""
    if mapping is not None:
        text = _read_mapping(mapping)
    feed = NewFeed(
        name,
        address or "",
        list_format or "",
        0,
        title,
        "",
        " ".join(hosts),
        agency.strip(),
        text,
        pack_handling(handling, handling_facts) or "",
    )
    if known is not None:
        feed = replace(
            feed,
            address=known.address,
            format=list_format or known.format,
            title=title or known.title,
            license=known.license,
            hosts=" ".join({*known.hosts.split(), *hosts}),
        )
    feed = replace(feed, every=parse_interval(every or (known.every if known else "6h")))
    rules = network_rules(settings)
    log_act_at(store_url, create=True, feed=name, format=feed.format, agency=feed.agency)
    with Store.open(store_url) as store:
        added = add_feed(store, feed, rules)
    click.echo(_added_line(added), err=True)


@feeds_command.command("set")
@click.argument("name")
@store_option(required=True)
@click.option("--address", metavar="ADDRESS", help="URL, file, folder or pattern of files.")
@click.option("--format", "list_format", metavar="NAME", help='Format; "": recognize it.')
@click.option("--every", metavar="TIME", help="Interval, such as 30m, 6h or 1d.")
@click.option("--agency", help='Agency that owns the list; "": the hub.')
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="All hosts that a redirect may lead to, instead of those so far. Repeatable.",
)
@click.option("--mapping", type=PATH, metavar="FILE.yml", help="Meaning of a table's columns.")
@click.option("--title", help="Title of the list, for people.")
@handling_options
@click.pass_obj
def set_feed_command(
    settings: Settings,
    /,
    name: str,
    *,
    store_url: str,
    list_format: str | None,
    every: str | None,
    hosts: tuple[str, ...],
    mapping: Path | None,
    handling: str | None,
    handling_facts: tuple[str, ...],
    **texts: str | None,
) -> None:
    """Change facts of the feed NAME. It keeps its history, and its list is fetched anew.

    A stricter handling holds for its records in the store at once. After you loosen the handling,
    they are loosened when the next version is committed. Another agency owns only sources that the
    feed brings from then on (see `resolver sources set`).

    \b
    Examples:
      resolver feeds set border --every 1h --store sqlite:///hub.db
      resolver feeds set border --handling H2 --store sqlite:///hub.db
    """
    from resolver.cli.arguments import open_hub
    from resolver.feeds.feeds import Store, parse_interval, update_feed
    from resolver.feeds.transfer import network_rules
    from resolver.records.packing import unpack_handling

    stated: dict[str, Any] = {
        **texts,
        "format": list_format,
        "every": None if every is None else parse_interval(every),
        "hosts": " ".join(hosts) or None,
        "mapping": None if mapping is None else _read_mapping(mapping),
        "handling": pack_handling(handling, handling_facts),
    }
    changes = {key: value for key, value in stated.items() if value is not None}
    if "agency" in changes:
        changes["agency"] = changes["agency"].strip()
    if not changes:
        raise click.UsageError("nothing to set: give --address, --every, --handling or another")
    log_act_at(store_url, feed=name, fields=" ".join(sorted(changes)))
    with Store.open(store_url, create=False) as store:
        before = store.feeds.get(name)
        feed = update_feed(store, name, changes, network_rules(settings))
    if feed.sources and changes.get("handling"):
        least = replace(unpack_handling(feed.handling), agency=feed.agency)
        # lists may name sources of other owners, whose records are not those of the feed
        owners = {before.agency, feed.agency}
        with open_hub(store_url, settings) as hub:
            count = hub.tighten_sources(dict.fromkeys(feed.sources.split(), least), owners)
        click.echo(f"{pluralize(count, 'record')} of the feed got another handling.", err=True)
    when = "once it is resumed" if feed.paused else "now"
    click.echo(f"The feed {name} is changed; its list is fetched anew {when}.", err=True)


def _added_line(feed: NewFeed) -> str:
    from resolver.feeds.feeds import format_interval

    shown = f"; license: {feed.license}" if feed.license else ""
    return (
        f"The feed {feed.name} is added. `resolver worker` fetches it every "
        f"{format_interval(feed.every)}{shown}."
    )


def _read_mapping(path: Path) -> str:
    """Return the text of a valid mapping file. Raises `MappingError`, `InputError`."""
    from resolver.errors import InputError
    from resolver.lists.formats.tabular.mapping import load_mapping

    load_mapping(path)
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", place=str(path)) from None


@feeds_command.command("list")
@store_option(required=True)
@json_option
def list_feeds_command(store_url: str, as_json: bool) -> None:
    """List the feeds with the age and the state of their lists."""
    from resolver.feeds.feeds import Store, describe_feed, load_statuses

    log_act_at(store_url)
    with Store.open(store_url, create=False) as store:
        statuses = load_statuses(store)
    if as_json:
        click.echo(json.dumps([describe_feed(row) for row in statuses], ensure_ascii=False))
        return
    for status in statuses:
        click.echo(_status_line(status))
    if not statuses:
        click.echo("There are no feeds (see `resolver feeds add --help`).", err=True)


def _status_line(status: FeedStatus) -> str:
    from resolver.feeds.feeds import format_interval

    age = "never confirmed" if status.age is None else f"{format_interval(status.age)} old"
    reason = f": {status.reason}" if status.reason else ""
    return f"{status.feed.name}: {status.state}, {age}{reason}"


@feeds_command.command("show")
@click.argument("name")
@store_option(required=True)
@click.option(
    "--limit", type=click.IntRange(1, 500), default=10, show_default=True, help="Number of runs."
)
@json_option
def show_feed_command(name: str, store_url: str, limit: int, as_json: bool) -> None:
    """Show the feed NAME: its facts, the version in the store, and its newest runs."""
    from resolver.feeds.feeds import Store, describe_feed, format_interval, load_feed_status

    log_act_at(store_url, feed=name, limit=limit)
    with Store.open(store_url, create=False) as store:
        status = load_feed_status(store, name)
        runs = store.feeds.runs(name, limit)
    shown = describe_feed(status)
    if as_json:
        click.echo(json.dumps({**shown, "runs": [asdict(run) for run in runs]}, ensure_ascii=False))
        return
    click.echo(_status_line(status))
    for field in ("title", "address", "format", "license", "agency", "handling", "next_run"):
        if shown[field]:
            click.echo(f"  {field.replace('_', ' ')}: {shown[field]}")
    click.echo(f"  every: {format_interval(status.feed.every)}")
    if status.full_age is not None:
        click.echo(f"  fetched in full: {format_interval(status.full_age)} ago")
    if status.good is not None:
        click.echo(f"  version: {status.good.size:,} bytes, SHA-256 {status.good.checksum}")
    for run in runs:
        click.echo(f"  {_run_line(run)}")


def _run_line(run: FeedRun) -> str:
    return f"{run.started[:16].replace('T', ' ')}Z {run.outcome}: {run.line}"


@feeds_command.command("run")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@store_option(required=True)
@_jobs_option
@click.option("--due", is_flag=True, help="Only feeds that are due. Default without NAME: all.")
@click.option(
    "--full", is_flag=True, help="Fetch the whole list, whatever the publisher says of changes."
)
@click.pass_obj
def run_feeds_command(
    settings: Settings,
    /,
    *,
    names: tuple[str, ...],
    store_url: str,
    jobs: Path | None,
    due: bool,
    full: bool,
) -> None:
    """Fetch feeds now, paused ones by NAME too. A worker then commits what is new."""
    from resolver.errors import InputError
    from resolver.feeds.feeds import RunOutcome
    from resolver.feeds.runs import run_feed
    from resolver.feeds.transfer import network_rules
    from resolver.hub.hub import Hub
    from resolver.hub.job_worker import jobs_folder

    failures = []
    rules = network_rules(settings)
    # nothing is resolved here, so the model does not matter
    with Hub.open(store_url, create=False, check=False) as hub:
        feeds = hub.store.feeds
        if not names:
            names = tuple(
                feeds.find_due() if due else (feed.name for feed in feeds.list() if not feed.paused)
            )
        if names:
            log_act_at(store_url, feeds=" ".join(names))
        for name in names:
            feeds.get(name)
        for name in names:
            run = run_feed(hub, name, jobs_folder(hub.store, jobs), rules, due=due, full=full)
            if run is None and due:
                continue
            line = "another process fetches it" if run is None else f"{run.outcome}: {run.line}"
            click.echo(f"{name}: {line}", err=due)
            if run is not None and run.outcome is RunOutcome.FAILED:
                failures.append(name)
    if failures and not due:
        raise InputError(f"not fetched: {', '.join(failures)}", hint="the lines above say why")


@feeds_command.command("pause")
@click.argument("name")
@store_option(required=True)
def pause_feed_command(name: str, store_url: str) -> None:
    """Fetch the feed NAME no more until it is resumed. Its last version keeps serving."""
    _pause(name, store_url, paused=True)
    click.echo(f"The feed {name} is paused.", err=True)


@feeds_command.command("resume")
@click.argument("name")
@store_option(required=True)
def resume_feed_command(name: str, store_url: str) -> None:
    """Fetch the feed NAME again, at once and then on schedule."""
    _pause(name, store_url, paused=False)
    click.echo(f"The feed {name} is due now.", err=True)


def _pause(name: str, store_url: str, *, paused: bool) -> None:
    from resolver.feeds.feeds import Store

    log_act_at(store_url, feed=name)
    with Store.open(store_url, create=False) as store:
        store.feeds.pause(name, paused=paused)


@feeds_command.command("remove")
@click.argument("name")
@store_option(required=True)
@_jobs_option
def remove_feed_command(name: str, store_url: str, jobs: Path | None) -> None:
    """Remove the feed NAME with its history and kept files. Its records stay in the store."""
    from resolver.feeds.feeds import Store, remove_feed
    from resolver.hub.job_worker import jobs_folder

    log_act_at(store_url, feed=name)
    with Store.open(store_url, create=False) as store:
        remove_feed(store, name, jobs_folder(store, jobs))
    click.echo(f"The feed {name} is removed; its records stay in the store.", err=True)


class FeedProcess:
    """Process of a worker that fetches due feeds, so that a slow publisher does not delay batches.

    The worker itself uses no thread for this, because a process with threads cannot fork for
    batches. A context manager; the process is stopped at its end.
    """

    def __init__(self, store_url: str, jobs: Path) -> None:
        self._store_url, self._jobs = store_url, jobs
        self._process: subprocess.Popen[bytes] | None = None
        self._next_look = 0.0

    def __enter__(self) -> FeedProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def start_if_due(self, due: Any) -> None:
        """Start the process if a feed is due (`due` returns their names) and none runs."""
        now = time.monotonic()
        if now < self._next_look or (self._process is not None and self._process.poll() is None):
            return
        self._next_look = now + _LOOK_SECONDS
        if due():
            # in the environment, because a password in the arguments would be in the list of
            # processes
            environment = child_environment(RESOLVER_STORE=self._store_url)
            command = [sys.executable, "-m", "resolver", "feeds", "run", "--due"]
            self._process = subprocess.Popen(
                [*command, "--jobs", str(self._jobs)], stdin=subprocess.DEVNULL, env=environment
            )
