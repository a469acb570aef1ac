r"""What prints itself: an object tells its lines, and has ``latex`` and its form in a notebook.

The text stands wherever mathematics stands: between dollar signs, in ``\[ \]``, in ``equation``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

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

    def latex(self) -> str:
        """Return the object as LaTeX that may stand wherever mathematics may."""
        return display(self._lines())

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def display(lines: Iterable[str]) -> str:
    r"""Return one line as it is, several as an aligned display.

    >>> display([r"\mu &= \sum_{j=0} a"])
    '\\mu = \\sum_{j=0} a'
    """
    lines = list(lines)
    return unaligned(lines[0]) if len(lines) == 1 else aligned(lines)


def aligned(lines: Iterable[str]) -> str:
    r"""Join equations into one aligned display; a line without & is aligned at its relation.

    >>> print(aligned([r"\sum_{j=0} a_j = 1"]))
    \begin{aligned}
    \sum_{j=0} a_j &= 1
    \end{aligned}
    """
    return "\\begin{aligned}\n" + " \\\\\n".join(map(_marked, lines)) + "\n\\end{aligned}"


def gathered(displays: Iterable[str]) -> str:
    """Put displays one below the other; without any, an empty formula."""
    body = " \\\\\n".join(displays)
    return f"\\begin{{gathered}}\n{body}\n\\end{{gathered}}" if body else "{}"


def unaligned(line: str) -> str:
    """Return a line without the marks of its alignment; those inside a matrix stay."""
    return "".join(token.text for token in tokens(line) if token.text != "&" or token.depth).strip()


def listing(entries: Iterable[tuple[str, str]]) -> str:
    r"""Return names in words beside formulas, as a table.

    >>> print(listing([("my_law", "f = 1")]))
    \begin{array}{ll}
    \text{my}\_\text{law} & f = 1
    \end{array}
    """
    rows = [f"{text_tex(name)} & {tex}" for name, tex in entries]
    return "\\begin{array}{ll}\n" + " \\\\\n".join(rows) + "\n\\end{array}"


def _marked(line: str) -> str:
    place = relation_place(line)
    if place is None or any(token.text == "&" and not token.depth for token in tokens(line)):
        return line
    return f"{line[:place]}&{line[place:]}"
