"""`resolver decide`: say what two entities are to each other."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import json_option, store_option
from resolver.cli.steward_option import who_option
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.review import Preview


@click.command("decide")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.argument("verdict", type=click.Choice(["same", "different", "unsure", "red"]))
@store_option(required=True)
@click.option("--why", default="", help="The reason, which the log keeps.")
@click.option(
    "--over",
    type=int,
    multiple=True,
    metavar="N",
    help="Withdraw decision N, which contradicts; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Show what it would do, and change nothing.")
@who_option
@json_option
@click.pass_obj
def command(
    settings: Settings, /, left: str, right: str, verdict: str, store_url: str, **options: Any
) -> None:
    """Say whether A and B, ids of entities or records, are the same.

    Of two entities the strongest pair of records is decided; of two records these themselves. `red` (one person under
    unlawfully different identities), and what the settings four_eyes_* name, counts once a second steward says the
    same. A decision that contradicts earlier ones is refused, with the chain of these.

    \b
    Examples:
      resolver decide us-ofac-sdn:7160 un-sc:111298 same --store sqlite:///hub.db --why "same passport"
      resolver decide e-2y624haltqk5flozqykq e-hes7shbzl7kwvknfniux different --store sqlite:///hub.db --dry-run
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Rules, Steward, Verdict, decide, preview

    steward, said, rules = (
        Steward(options["who"], scopes=frozenset({"admin"})),
        Verdict(verdict),
        Rules.of(settings),
    )
    with open_hub(store_url, settings) as hub:
        if options["dry_run"]:
            found = preview(hub, steward, left, right, said, over=options["over"], rules=rules)
            click.echo(
                json.dumps(asdict(found), ensure_ascii=False)
                if options["as_json"]
                else shown(found)
            )
            return
        outcome = decide(
            hub,
            steward,
            left,
            right,
            said,
            reason=options["why"],
            over=options["over"],
            rules=rules,
        )
    if options["as_json"]:
        click.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.numbers[0]}, version {outcome.version})")


def shown(found: Preview) -> str:
    """What a decision would do, as lines for a person."""
    lines = [f"before  {one.id}  {one.caption}: {', '.join(one.records)}" for one in found.before]
    lines += [
        f"after   {one.id or '(new)'}  {one.caption}: {', '.join(one.records)}"
        for one in found.after
    ]
    lines += [
        f"{change.label}: {' | '.join(change.before)} → {' | '.join(change.after)}"
        for change in found.golden
    ]
    lines += [f"It takes a second steward: {why}." for why in found.waits]
    return "\n".join(lines or ["Nothing would change but the log."])
