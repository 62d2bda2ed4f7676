"""Command `resolver completion`."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      resolver completion bash >> ~/.bashrc
      resolver completion zsh  >> ~/.zshrc
      resolver completion fish > ~/.config/fish/completions/resolver.fish
    """
    from click.shell_completion import get_completion_class

    from resolver.cli.app import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"No completion is known for {shell}.")
    click.echo(kind(cli, {}, "resolver", "_RESOLVER_COMPLETE").source())
