"""A command is listed without being imported, and is itself once it is run."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from longlag.cli import COMMANDS, app
from longlag.cli.group import Command, below, command, commands_on_demand, summary


def place_of(name: str) -> str:
    return f"longlag.cli.commands.{COMMANDS[name]}"


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_told_of_a_command_is_what_it_says_of_itself(name: str) -> None:
    module, _, item = place_of(name).partition(":")
    found = getattr(import_module(module), item)
    own = found.info.help if isinstance(found, typer.Typer) else inspect.getdoc(found)
    assert summary(place_of(name)) == own == command(name, place_of(name)).help


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_the_one_that_is_registered_at_once(name: str) -> None:
    place, _, item = place_of(name).partition(":")
    module = import_module(place)
    found, epilog = getattr(module, item), below(module.EXAMPLES)
    eager = typer.Typer(add_completion=False)
    eager.callback()(lambda: None)
    if isinstance(found, typer.Typer):
        eager.add_typer(found, name=name, epilog=epilog)
    else:
        eager.command(name, cls=Command, epilog=epilog)(found)
    eagerly = CliRunner().invoke(eager, [name, "--help"], prog_name="longlag")
    assert CliRunner().invoke(app, [name, "--help"], prog_name="longlag").output == eagerly.output
    assert eagerly.exit_code == 0


@pytest.mark.parametrize("name", ["check", "derive", "fit", "horizon", "measure"])
def test_the_help_shows_defaults_that_are_told_in_words(name: str) -> None:
    made = command(name, place_of(name))
    told = [each.help or "" for each in made.params if "[default: " in (each.help or "")]
    shown = CliRunner().invoke(app, [name, "--help"], prog_name="longlag").output
    assert told
    assert shown.count("[default: ") >= len(told)
    assert "\\[" not in shown
    assert [each.help or "" for each in made.params if "[default: " in (each.help or "")] == told


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_the_help_imports_no_command_and_no_mathematics(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from longlag.cli import main\n"
        f"sys.argv = ['longlag', *{arguments!r}]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print([name for name in sys.modules if name.startswith('longlag.cli.commands.')\n"
        "       or name in ('sympy', 'mpmath', 'numpy', 'torch', 'longlag.theory.cells')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_only_the_command_that_is_run_is_imported() -> None:
    application = commands_on_demand(
        {"version": "platform:python_version", "broken": "no_such_module:item"}
    )
    assert CliRunner().invoke(application, ["version"]).exit_code == 0
    with pytest.raises(ModuleNotFoundError):
        CliRunner().invoke(application, ["broken"], catch_exceptions=False)
