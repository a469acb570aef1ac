"""``{commands}``: every command with its arguments and options, read from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.util.docutils import SphinxDirective

from _extensions.words import paragraph, table
from longlag.cli import COMMANDS
from longlag.cli.group import command


class Commands(SphinxDirective):
    """A section for each command; a page links to one by ``#command-NAME``."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return [
            self._section(told, made)
            for name, place in COMMANDS.items()
            for told, made in _walk(
                f"longlag {name}", command(name, f"longlag.cli.commands.{place}")
            )
        ]

    def _section(self, name: str, made: Any) -> nodes.section:
        anchor = "command-" + name.removeprefix("longlag ").replace(" ", "-")
        section = nodes.section("", nodes.title(name, "", nodes.literal(name, name)), ids=[anchor])
        self.state.document.note_explicit_target(section)
        domain = self.env.domains["std"]
        assert isinstance(domain, StandardDomain)
        domain.note_hyperlink_target(anchor, self.env.docname, anchor, name)
        section += [paragraph(" ".join(part.split())) for part in (made.help or "").split("\n\n")]
        usage = made.get_usage(typer.Context(made, info_name=name)).removeprefix("Usage: ")
        section += nodes.literal_block(usage, usage, language="console")
        rows = [_row(each) for each in made.params if each.name != "help"]
        if rows:
            section += table(("argument, option", "what it is", "default"), rows, "options")
        return section


def _walk(name: str, made: Any) -> Iterator[tuple[str, Any]]:
    """A command, and those of a group."""
    yield name, made
    for below, inner in getattr(made, "commands", {}).items():
        yield from _walk(f"{name} {below}", inner)


def _row(each: Any) -> list[Any]:
    names = [*each.opts, *each.secondary_opts] if each.param_type_name == "option" else [each.name]
    shown: list[nodes.Node] = []
    for name in names:
        shown += [nodes.Text(" "), nodes.literal(name, name)]
    none = each.default is None or each.default is False or callable(each.default)
    default = "" if none else str(each.default)
    code = [nodes.literal(default, default)] if default else ""
    return [shown[1:], [nodes.Text(each.help or "")], code]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("commands", Commands)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
