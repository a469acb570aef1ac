"""Tables of what is registered: cells, laws, levels of a verdict, symbols. None of it is typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions.words import table
from longlag.derivations import get_derivations
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.window.overview import overview_rows
from longlag.theory import CELLS, ESTIMATORS, LAWS, Notation
from longlag.theory.cells import FAMILIES
from longlag.theory.notation import TRANSPORT, WINDOW, Glossary
from longlag.theory.spectra import SPECTRA
from longlag.theory.statement import Settings

_GLOSSARIES: dict[str, Glossary] = {"transport": TRANSPORT, "window": WINDOW}


def _code(name: str) -> nodes.literal:
    return nodes.literal(name, name)


def _formula(tex: str) -> nodes.math:
    return nodes.math(tex, tex)


def _stands_in(letter: str, tex: str) -> bool:
    """Whether a letter stands in a display, and not within the name of a command."""
    return re.search(rf"(?<![A-Za-z\\]){re.escape(letter)}(?![A-Za-z])", tex) is not None


class Cells(SphinxDirective):
    """The cells of a family: name, what it is, states, maps, source; their updates, folded."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = []
        updates: list[nodes.Node] = []
        for name in FAMILIES[self.arguments[0]]:
            cell = CELLS[name]
            parts = (cell.states, cell.weights)
            rows.append(
                [[_code(name)], cell.description, *(", ".join(part) for part in parts), cell.source]
            )
            with Notation(width=14.0):
                tex = cell.latex()
            updates.append(nodes.paragraph("", "", _code(name)))
            updates.append(nodes.math_block(tex, tex, nowrap=False, number=None, label=None))
        columns = ("name", "what it is", "states", "maps", "source")
        fold = "<details><summary>Updates</summary>"
        opened, closed = (nodes.raw("", text, format="html") for text in (fold, "</details>"))
        return [table(columns, rows), opened, *updates, closed]


class Laws(SphinxDirective):
    """Every decay law with its window and how it grows, as derived."""

    def run(self) -> list[nodes.Node]:
        """Return the table, with the rows that the report has."""
        found = zip(LAWS, overview_rows(Settings()), strict=True)
        rows = [[[_code(name)], *(row[place] for place in (1, 3, 4))] for name, row in found]
        columns = ("name", r"$f(\ell)$", "$H_N$", r"growth as $N \to \infty$")
        return [table(columns, rows)]


class Names(SphinxDirective):
    """The names of a registry with what each is: estimators or spectra."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        known: dict[str, Mapping[str, Any]] = {"estimators": ESTIMATORS, "spectra": SPECTRA}
        rows = [
            [[_code(name)], [_formula(item.latex())], getattr(item, "description", "")]
            for name, item in known[self.arguments[0]].items()
        ]
        return [table(("name", "formula", "what it is"), rows)]


class Levels(SphinxDirective):
    """What each word of a verdict means."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = [
            [[nodes.inline("", str(level), classes=["badge", str(level)])], style.meaning]
            for level, style in LEVELS.items()
        ]
        return [table(("verdict", "means"), rows)]


class Symbols(SphinxDirective):
    """The letters of transport, of windows, or of a section of a chapter: CHAPTER SECTION.

    Of a section those alone that stand in the displays above.
    """

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        if len(self.arguments) == 2:
            chapter, section = self.arguments
            (glossary,) = (d.glossary for d in get_derivations(chapter) if d.name == section)
            above = "\n".join(
                each.astext() for each in self.state.document.findall(nodes.math_block)
            )
            lines = [
                line
                for line in glossary.notation
                if any(_stands_in(letter, above) for letter in line.letters)
            ]
        else:
            lines = list(_GLOSSARIES[self.arguments[0]].notation)
        rows = [[[_formula(line.tex)], line.meaning] for line in lines]
        return [table(("symbol", "stands for"), rows)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives, each by the name of its table."""
    for kind in (Cells, Laws, Names, Levels, Symbols):
        app.add_directive(kind.__name__.lower(), kind)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
