r"""What prints itself: an object tells its lines, and has ``latex`` and its form in a notebook.

The text stands wherever mathematics stands: between dollar signs, in ``\[ \]``, in ``equation``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from longlag.theory.errors import LonglagError
from longlag.theory.typeset.author import Notation, current, met_names
from longlag.theory.typeset.breaking import broken
from longlag.theory.typeset.characters import text_tex
from longlag.theory.typeset.tokens import relation_place, tokens


class Shown(ABC):
    """An object that prints itself as LaTeX; a class of this kind tells the lines of its display.

    >>> class Pair(Shown):
    ...     def _lines(self):
    ...         return ["a &= b", "c &= d"]
    >>> print(Pair().latex())
    \\begin{aligned}
    a &= b \\\\
    c &= d
    \\end{aligned}
    """

    __slots__ = ()

    @abstractmethod
    def _lines(self) -> Sequence[str]:
        """Return the lines of the display, an & before what is aligned."""

    def latex(
        self,
        notation: Notation | None = None,
        *,
        names: Mapping[Any, str] | None = None,
        product: str | None = None,
        width: float | None = None,
    ) -> str:
        r"""Return the object as LaTeX that may stand wherever mathematics may.

        Args:
            notation: how its author writes; by default that of the session.
            names: symbol, or its name, ↦ its TeX, in addition.
            product: the sign of elementwise products, such as ``\odot``.
            width: lines are broken at this width, in cm of 10 pt type.

        Raises:
            LonglagError: a name that nothing printed here bears, TeX that would not compile, a
                product or a width that cannot be.
        """
        if notation is not None and not isinstance(notation, Notation):
            raise LonglagError(
                f"notation {notation!r}", "it is a Notation", "write Notation({…}) or names={…}"
            )
        chosen = (notation or current()).changed(names, product, width)
        with chosen, met_names() as met:
            text = display(self._lines())
        for name in (str(getattr(key, "name", key)) for key in names or ()):
            if name not in met:
                raise LonglagError(
                    f"name {name!r}",
                    f"nothing that is printed here bears it; there are {', '.join(sorted(met))}",
                    "correct it, or leave it out",
                )
        return text

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def display(lines: Iterable[str]) -> str:
    r"""Return one line as it is, several as an aligned display.

    >>> display([r"\mu &= \sum_{j=0} a"])
    '\\mu = \\sum_{j=0} a'
    """
    lines = broken(lines, current().width)
    return unaligned(lines[0]) if len(lines) == 1 else aligned(lines)


def aligned(lines: Iterable[str]) -> str:
    r"""Join equations into one aligned display; a line without & is aligned at its relation.

    >>> print(aligned([r"\sum_{j=0} a_j = 1"]))
    \begin{aligned}
    \sum_{j=0} a_j &= 1
    \end{aligned}
    """
    return "\\begin{aligned}\n" + " \\\\\n".join(map(marked, lines)) + "\n\\end{aligned}"


def gathered(displays: Iterable[str]) -> str:
    """Put displays one below the other; without any, an empty formula."""
    body = " \\\\\n".join(displays)
    return f"\\begin{{gathered}}\n{body}\n\\end{{gathered}}" if body else "{}"


def unaligned(line: str) -> str:
    """Return a line without the marks of its alignment; those inside a matrix stay."""
    return "".join(token.text for token in tokens(line) if token.text != "&" or token.bound).strip()


def listing(entries: Iterable[tuple[str, str]]) -> str:
    r"""Return names in words beside formulas, as a table.

    >>> print(listing([("my_law", "f = 1")]))
    \begin{array}{ll}
    \text{my}\_\text{law} & f = 1
    \end{array}
    """
    rows = [f"{text_tex(name)} & {tex}" for name, tex in entries]
    return "\\begin{array}{ll}\n" + " \\\\\n".join(rows) + "\n\\end{array}"


def marked(line: str) -> str:
    """Return a line with the mark of its alignment, at its relation where it has none."""
    place = relation_place(line)
    if place is None or any(token.text == "&" and not token.bound for token in tokens(line)):
        return line
    return f"{line[:place]}&{line[place:]}"
