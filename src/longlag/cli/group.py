"""Commands that are imported when they are run; to be listed they need not be.

Their names are data, and the line that the help tells of each is read from its file without running
it: listing the commands should not import what they work with.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from longlag.cli.answers import Answer, keeping, recall

#: What the command-line library makes of a command.
Made = Any


class Command(TyperCommand):
    """A command whose help shows brackets, such as those of a default that is told in words."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help; what is told of an option is itself again behind it."""
        parameters: list[Any] = list(self.params)
        told = [(each, each.help) for each in parameters if each.help]
        try:
            for each, text in told:
                each.help = _plain(text)
            super().format_help(ctx, formatter)
        finally:
            for each, text in told:
                each.help = text


class OnDemand(TyperGroup):
    """A group whose commands are imported when they are run.

    >>> application = commands_on_demand({"law": "longlag.cli.commands.law:law"})
    >>> list(get_group(application).commands)
    ['law']
    """

    #: Whether commands are only told of.
    _listing = False
    _places: Mapping[str, str] = {}

    def get_command(self, ctx: Any, cmd_name: str) -> Made:
        """Return a command: itself, or what is told of it while the commands are listed."""
        found: Made = super().get_command(ctx, cmd_name)
        place = self._places.get(cmd_name)
        if place is None:
            return found
        if self._listing:
            found.help = summary(place)
            return found
        return command(cmd_name, place)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Made, list[str]]:
        """Return what is run: a command, or its answer of an earlier time."""
        if ctx.resilient_parsing:  # nothing is run, what was typed is completed
            return super().resolve_command(ctx, args)
        known = recall(args)
        if known is not None:
            return args[0], _telling(known), []
        found: Made
        name, found, rest = super().resolve_command(ctx, args)
        if name in self._places and found.callback is not None:
            found.callback = _kept(found.callback, list(args))
        return name, found, rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the group, which tells of its commands."""
        with self._told():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return what completes a name, with what is told of each command."""
        with self._told():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._listing = True
        try:
            yield
        finally:
            self._listing = False


def commands_on_demand(places: Mapping[str, str], **options: Any) -> typer.Typer:
    """Return an application whose commands are imported when they are run.

    Args:
        places: name ↦ "module:function", or "module:application" for a group of commands.
        options: of the application.
    """

    class Group(OnDemand):
        """The group that knows these places."""

        _places = places

    application = typer.Typer(cls=Group, **options)
    for name in places:
        # Never called: the group puts the command in its place.
        application.command(name)(_nothing)
    return application


def _nothing() -> None: ...


def _telling(answer: Answer) -> Made:
    """A command that prints an answer, and says on stderr what it is."""

    def tell() -> None:
        typer.echo(answer.text, nl=False)
        typer.echo(answer.note, err=True)

    return _made("tell", tell)


def _kept(callback: Callable[..., Any], arguments: Sequence[str]) -> Callable[..., Any]:
    """What a command calls, so that what it prints is kept."""

    @wraps(callback)
    def run(*values: Any, **named: Any) -> Any:
        with keeping(arguments):
            return callback(*values, **named)

    return run


def command(name: str, place: str) -> Made:
    """Return a command as the command-line library runs it.

    Args:
        name: of the command.
        place: "module:function", or "module:application".
    """
    name_of_module, _, item = place.partition(":")
    module = import_module(name_of_module)
    examples = getattr(module, "EXAMPLES", ())
    made = _made(name, getattr(module, item), below(examples))
    for part, each in getattr(made, "commands", {}).items():
        own = [line for line in examples if line.startswith(f"longlag {name} {part}")]
        each.epilog = below(own) if own else None
    return made


def below(examples: Sequence[str]) -> str:
    """Return what stands below the help of a command: lines that one may type.

    Args:
        examples: whole command lines.

    >>> below(["longlag list"])
    'Examples:\\n\\nlonglag list'
    """
    # The command-line library takes an empty line for the end of a line.
    return "\n\n".join(["Examples:", *map(_plain, examples)])


def _plain(text: str) -> str:
    """Text whose brackets are shown: the command-line library reads them as styles."""
    return text.replace("[", r"\[")


def _made(name: str, found: typer.Typer | Callable[..., Any], epilog: str | None = None) -> Made:
    alone = typer.Typer(add_completion=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name, epilog=epilog)
    else:
        alone.command(name, cls=Command, epilog=epilog)(found)
    return get_group(alone).commands[name]


def summary(place: str) -> str | None:
    """Return what a command's file says of it, without importing what it works with.

    Args:
        place: "module:function", whose docstring it is; or "module:application", whose ``help``.

    >>> summary("longlag.cli.commands.style:style")
    'Write longlag.sty: badges beside the equations of fragments, off by the option nobadges.'
    """
    module, _, item = place.partition(":")
    found = find_spec(module)
    assert found is not None
    assert found.origin is not None
    for node in ast.parse(Path(found.origin).read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) if name == item:
                return ast.get_docstring(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(keywords=keywords)) if (
                name == item
            ):
                return next(ast.literal_eval(k.value) for k in keywords if k.arg == "help")
    return None
