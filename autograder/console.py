"""What the commands print, and how they end when something can't be done."""

import sys

import typer
from rich.console import Console

say = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
warn = Console(stderr=True, highlight=False)


def fail(message, code=2):
    """End with a message for the user and an exit code."""
    warn.print(f"autograder: {message}", style="red", soft_wrap=True, markup=False)
    raise typer.Exit(code)
