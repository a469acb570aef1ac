"""``{checked} NAME EQUATION …``: equations as ``longlag derive`` prints them, with their verdicts.

No formula of the pages is typed: each is derived, read back, checked when the site is built, and
carries what the check found. Verdicts are kept beside the pages' trees while the code is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions.words import paragraph, words
from longlag.cli.reading.objects import find_derivations
from longlag.derivations.document.fragment import choose, fragment
from longlag.derivations.document.outline import Equation
from longlag.sections import Finished
from longlag.theory import Notation
from longlag.theory.errors import LonglagError
from longlag.theory.statement import CheckedDerivation, Derivation, Settings
from longlag.verdict_cache import VerdictCache

#: The column of text, in cm of 10 pt type: longer lines of a display are broken.
_WIDTH = 14.0
_EXAMPLES = 3


class Checked(SphinxDirective):
    """Equations of a cell, a law or a registered derivation; ``:words:`` adds what they say."""

    required_arguments = 2
    optional_arguments = 12
    option_spec: ClassVar[dict[str, Any]] = {"words": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return each display with its verdict below."""
        name, *equations = self.arguments
        try:
            derivations = _derivations(name)
            found = [_chosen(derivations, each) for each in equations]
            cache = _cache(self._kept, self.config.checked_effort)
            return [node for each in found for node in self._shown(_check(each, cache))]
        except LonglagError as error:
            raise self.error(f"{name}: {error}") from error

    @property
    def _kept(self) -> str:
        return str(Path(self.env.doctreedir) / "verdicts.json")

    def _shown(self, checked: CheckedDerivation) -> list[nodes.Node]:
        (one,) = checked.checked
        with Notation(width=_WIDTH):
            text = fragment([checked], "myst")
        display = [
            node for node in self.parse_text_to_nodes(text) if not isinstance(node, nodes.paragraph)
        ]
        equation = Equation(0, "", one.claim, one.verdict, one.as_expected)
        box = nodes.container("", classes=["claim", str(one.verdict.level)])
        if "words" in self.options:
            head = nodes.strong("", "", *words(one.claim.title), nodes.Text(". "))
            box += nodes.paragraph("", "", head, *words(" ".join(one.claim.text.split())))
        box += display
        if one.claim.statement.assumptions:
            box += paragraph("where " + "; ".join(one.claim.statement.assumptions), "where")
        box += self._verdict(equation)
        return [box]

    def _verdict(self, equation: Equation) -> list[nodes.Node]:
        """The level and the strongest route; folded behind them every route, seed and source."""
        level = str(equation.verdict.level)
        brief = equation.verdict.brief()
        told = f"{brief} — {equation.remark}" if equation.remark else brief
        opening, middle, closing = (
            nodes.raw("", text, format="html")
            for text in ('<details class="verdict"><summary>', "</summary>", "</details>")
        )
        badge = nodes.inline("", level, classes=["badge", level])
        line = nodes.inline("", "", badge, nodes.Text(" "), *words(told))
        statement = equation.claim.statement
        more = (equation.detail, f"{statement.kind}; {statement.source}")
        return [opening, line, middle, *map(paragraph, more), closing]


@lru_cache
def _derivations(name: str) -> tuple[Derivation, ...]:
    return tuple(find_derivations(name))


def _chosen(derivations: Sequence[Derivation], equation: str) -> Derivation:
    """An equation by its name, or by SECTION--NAME where several sections have one of this name."""
    section, _, name = equation.rpartition("--")
    inside = [each for each in derivations if section in ("", each.name)]
    return choose(inside, [name])[0]


@lru_cache
def _cache(path: str, effort: str) -> VerdictCache:
    return VerdictCache(Path(path), Settings(examples=_EXAMPLES, effort=effort))


def _check(derivation: Derivation, cache: VerdictCache) -> CheckedDerivation:
    """The verdict of an earlier build, or a new one, which is kept."""
    known = cache.recall(derivation)
    if known is None:
        checked = derivation.check(cache.settings)
        seconds = tuple(one.seconds for one in checked.checked)
        verdicts = tuple(one.verdict for one in checked.checked)
        known = Finished(verdicts, seconds, (), (), sum(seconds))
        cache.keep(derivation, known)
    return known.of(derivation, cache.settings)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and how hard to check."""
    app.add_config_value("checked_effort", "normal", "env")
    app.add_directive("checked", Checked)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
