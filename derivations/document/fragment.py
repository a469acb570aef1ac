r"""Checked equations as fragments: for ``\input`` into somebody's paper, or a page of theirs.

A fragment has no preamble. Its verdicts stand in comments, and in the margin of a document that
loads ``longlag.sty``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from longlag import __version__
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.document.markdown import markdown_tex
from longlag.derivations.document.readback import require_read_back
from longlag.derivations.document.templates import fill
from longlag.theory.errors import LonglagError
from longlag.theory.registry import Registry
from longlag.theory.statement import CheckedDerivation, Claim, Derivation, Verdict
from longlag.theory.typeset.author import current
from longlag.theory.typeset.breaking import break_display, rows_of
from longlag.theory.typeset.characters import math_tex, refuse_unknown
from longlag.theory.typeset.shown import marked

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_./-]*")
_OPERATOR = re.compile(r"\\operatorname\{([A-Za-z]{2,})\}")
#: Commands of LaTeX that are no operators of this name.
_TAKEN = frozenset({"div", "Re", "Im", "sec", "text", "max", "min", "sup", "inf", "P", "S"})


@dataclass(frozen=True)
class Labelled:
    """An equation of a fragment.

    Args:
        claim: what is displayed.
        verdict: what the check found.
        label: what it is referred to by.
    """

    claim: Claim
    verdict: Verdict
    label: str

    @property
    def rows(self) -> list[str]:
        """The rows of its alignment."""
        tex = math_tex(self.claim.statement.tex.strip())
        width = current().width
        rows = rows_of(tex if width is None else break_display(tex, width))
        return [marked(row) for row in rows]


def choose(derivations: Sequence[Derivation], names: Sequence[str]) -> list[Derivation]:
    """Return the derivations with nothing but the claims of some names, in the order of the names.

    Args:
        derivations: where they are looked for.
        names: of statements.

    Raises:
        LonglagError: a name that none has, or several have.
    """
    found = []
    for name in names:
        matches = [(d, c) for d in derivations for c in d.claims if c.statement.name == name]
        if len(matches) != 1:
            known = ", ".join(
                dict.fromkeys(c.statement.name for d in derivations for c in d.claims)
            )
            raise LonglagError(
                f"equation {name!r}",
                "no equation has this name" if not matches else f"{len(matches)} have this name",
                f"choose from {known}" if not matches else "name a single cell, law or derivation",
            )
        derivation, claim = matches[0]
        found.append(Derivation(derivation.name, derivation.title, (claim,), derivation.glossary))
    return found


def labelled(checked: Sequence[CheckedDerivation], labels: Sequence[str]) -> list[Labelled]:
    """Return checked equations with their labels, by default ``eq:cell:name``.

    Raises:
        LonglagError: another number of labels than of equations, one that TeX does not take, or
            a display that is not read back to what it came from.
    """
    given = list(labels)
    if given and len(given) != len(checked):
        raise LonglagError(
            f"{len(given)} labels for {len(checked)} equations",
            "each equation has one",
            "give as many, separated by commas, or none",
        )
    for label in given:
        if not _LABEL.fullmatch(label):
            raise LonglagError(
                f"label {label!r}", "it has letters, digits and : _ . / -", "write such as eq:jac"
            )
    if len(set(given)) < len(given):
        raise LonglagError(f"labels {', '.join(given)}", "they differ", "rename one of them")
    equations = []
    for place, each in enumerate(checked):
        (one,) = each.checked
        own = f"eq:{each.derivation.name}:{one.claim.statement.name}"
        equations.append(Labelled(one.claim, one.verdict, given[place] if given else own))
        require_read_back(each.derivation.name, [(one.claim, _display(equations[-1]))])
    return equations


def latex_fragment(equations: Sequence[Labelled], *, macros: bool = False) -> str:
    r"""Return one ``align`` for ``\input``; it needs amsmath and amssymb alone.

    Args:
        equations: each numbered and labelled at its last row.
        macros: whether operators are macros such as ``\diag``, which are written before it.
    """
    rows: list[str] = []
    for equation in equations:
        *others, last = equation.rows
        rows += [f"{row} \\notag" for row in others] + [f"{last} \\label{{{equation.label}}}"]
    body = refuse_unknown(" \\\\\n".join(f"  {row}" for row in rows))
    lines = [f"% Written by longlag {__version__}."]
    lines += [f"% {e.label}, {' '.join(e.verdict.summary().split())}" for e in equations]
    if macros:
        names = sorted({name for name in _OPERATOR.findall(body) if name not in _TAKEN})
        lines += [rf"\providecommand{{\{name}}}{{\operatorname{{{name}}}}}" for name in names]
        for name in names:
            body = re.sub(rf"\\operatorname\{{{name}\}}(?![A-Za-z])", rf"\\{name} ", body)
    for equation in equations:
        lines.append(
            rf"\ifdefined\longlagbadge\longlagbadge{{{equation.verdict.level}}}"
            rf"{{{equation.claim.statement.name.replace('_', ' ')}}}\fi"
        )
    return "\n".join([*lines, r"\begin{align}", body, r"\end{align}", ""])


def myst_fragment(equations: Sequence[Labelled], *, macros: bool = False) -> str:
    """Return one ``math`` directive for each equation, as MyST and Sphinx read it."""
    _no_macros(macros)
    parts = []
    for equation in equations:
        fence = [f"```{{math}}\n:label: {equation.label}\n", _display(equation), "```"]
        parts.append("\n".join([*fence, "", f"*{equation.verdict.summary()}*", ""]))
    return "\n".join(parts)


def markdown_fragment(equations: Sequence[Labelled], *, macros: bool = False) -> str:
    """Return one display for each equation, as GitHub reads it, with the verdict below."""
    _no_macros(macros)
    parts = []
    for equation in equations:
        anchor = f'<a id="{equation.label}"></a>'
        parts += [anchor, "", "$$", markdown_tex(_display(equation)), "$$", ""]
        parts += [f"*{equation.verdict.summary()}*", ""]
    return "\n".join(parts)


#: How equations become a fragment, by the name of the format.
FRAGMENTS: Registry[Callable[..., str]] = Registry("format of an equation")
FRAGMENTS.register("tex", latex_fragment)
FRAGMENTS.register("myst", myst_fragment)
FRAGMENTS.register("md", markdown_fragment)


def fragment(
    checked: Sequence[CheckedDerivation],
    format: str,
    *,
    labels: Sequence[str] = (),
    macros: bool = False,
) -> str:
    """Return derivations of one equation each as a fragment.

    Args:
        checked: as ``choose`` leaves them, with their verdicts.
        format: tex, myst or md.
        labels: as many as equations, or none for ``eq:cell:name``.
        macros: whether operators are macros, which are defined before the equations.
    """
    return FRAGMENTS[format](labelled(checked, labels), macros=macros)


def style() -> str:
    """Return ``longlag.sty``: badges in the margin, off by the option ``nobadges``."""
    return fill("longlag.sty.jinja", escape=False, levels=LEVELS, version=__version__)


def _display(equation: Labelled) -> str:
    rows = equation.rows
    if len(rows) == 1:
        return rows[0].replace("&", "", 1)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _no_macros(wanted: bool) -> None:
    if wanted:
        raise LonglagError(
            "--macros", "Markdown has no macros", "add --format tex, or leave it out"
        )
