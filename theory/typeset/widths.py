r"""How wide a formula is, without TeX: the widths of Computer Modern at 10 pt, in points.

An estimate that a little exceeds the truth: what is broken by it fits. Scripts are 0.7 as wide, a
fraction as wide as the wider of its parts, an operator with limits as the widest of the three.
"""

from __future__ import annotations

import re
from functools import lru_cache

from longlag.theory.typeset.tokens import Role, Token, tokens

#: Points in a centimetre.
POINTS = 72.27 / 2.54
_SCRIPT = 0.75

_LETTERS = dict.fromkeys("abcdeghknopqsuvxyz", 5.8) | dict.fromkeys("fijlrt", 4.6)
_LETTERS |= dict.fromkeys("mwABCEFGHKLMNOPQRSTUVXYZDW", 8.6) | dict.fromkeys("IJ", 5.6)
_LETTERS |= {"m": 8.8, "w": 7.4, "M": 10.6, "W": 10.8, "H": 9.2, "N": 9.3}
_LETTERS |= dict.fromkeys("0123456789", 5.0) | dict.fromkeys("()[]", 4.2)
_LETTERS |= {"+": 12.3, "-": 12.3, "=": 13.4, "<": 13.4, ">": 13.4, ",": 4.5, "/": 5.0, "|": 2.8}
_LETTERS |= {".": 2.8, ";": 4.5, ":": 8.4, "!": 2.8, "'": 3.0, "~": 3.4}

_SPACES = {r"\,": 1.7, r"\:": 2.3, r"\;": 2.8, r"\!": -1.7, r"\ ": 3.4, r"\quad": 10, r"\qquad": 20}
_COMMANDS = _SPACES | {r"\ell": 4.2, r"\mid": 8.4, r"\|": 5.0, r"\infty": 10, r"\partial": 5.9}
_COMMANDS |= dict.fromkeys((r"\{", r"\}"), 5.0) | {r"\cdots": 14, r"\dots": 14, r"\checkmark": 8}
_COMMANDS |= dict.fromkeys((r"\cdot", r"\mid"), 7.3) | {r"\top": 7.8, r"\quad": 10.0}
_COMMANDS |= dict.fromkeys((r"\odot", r"\circ", r"\ast", r"\times", r"\pm"), 12.3)
_COMMANDS |= dict.fromkeys((r"\left.", r"\right.", r"\displaystyle", r"\limits"), 1.2)
#: Commands that change how their argument looks, and hardly its width.
_STYLES = frozenset({r"\mathrm", r"\mathbf", r"\boldsymbol", r"\mathcal", r"\mathbb", r"\hat"})
_STYLES |= {r"\bar", r"\tilde", r"\dot", r"\vec", r"\mathit", r"\mathsf", r"\widehat", r"\tfrac"}
_WORDS = frozenset({r"\text", r"\operatorname", r"\textrm", r"\mbox", r"\texttt", r"\textbf"})
_LARGE = frozenset({r"\sum", r"\prod", r"\max", r"\min", r"\sup", r"\inf", r"\lim"})
#: What ends a cell of a table; tables that are rows of a display, without space between columns.
_CELL_ENDS = frozenset({"&", r"\\"})
_ROWS = frozenset(rf"\begin{{{name}}}" for name in ("aligned", "gathered", "split"))
_FUNCTION = re.compile(r"\\(ln|log|exp|sinh?|cosh?|tanh?|max|min|sup|inf|lim|det|Pr)")


@lru_cache(maxsize=4096)
def width(tex: str) -> float:
    r"""Return about how wide a formula is, in points of 10 pt type.

    >>> width("h_{t-1}") < width(r"\left(1 - z_{t}\right) h_{t-1}") < width(r"\frac{1}{b} + 0" * 9)
    True
    """
    return _Measure(list(tokens(tex))).whole()


class _Measure:
    """Walks the tokens of a formula once."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.place = 0

    def whole(self) -> float:
        """The width of all; a bracket that was opened in another row is closed here as well."""
        total = self.row()
        while self.place < len(self.tokens):
            closing = self.take().text
            total += _delimiter(closing) + self.scripts() + self.row()
        return total

    def row(self) -> float:
        """The width up to the end, or to what closes the group."""
        total = 0.0
        while self.place < len(self.tokens):
            if self.tokens[self.place].role is Role.CLOSE:
                return total
            total += self.atom()
        return total

    def atom(self) -> float:
        """The width of one atom with its scripts."""
        token = self.take()
        if token.text.isspace() or token.text == "&":
            return 0.0
        body = self.nucleus(token)
        if token.text in _LARGE:
            return max(body, self.scripts()) + 1.7
        return body + self.scripts()

    def scripts(self) -> float:
        """The width of what stands above and below, of which the wider one counts."""
        found = [0.0]
        while self.place < len(self.tokens) and self.tokens[self.place].text in "^_":
            self.take()
            found.append(_SCRIPT * self.argument())
        return max(found) + 0.5 * (len(found) > 1)

    def nucleus(self, token: Token) -> float:
        text = token.text
        if token.role is Role.OPEN:
            return self.group(text)
        if text == r"\frac":
            return max(self.argument(), self.argument()) + 3.4
        if text in (r"\tfrac", r"\binom"):
            return 0.7 * max(self.argument(), self.argument()) + 10.0 * (text == r"\binom")
        if text == r"\sqrt":
            return 8.4 + self.argument()
        if text in _WORDS:
            return 5.4 * self.letters() + 1.7
        if text in _STYLES:
            return 1.1 * self.argument()
        if text in _LETTERS:
            return _LETTERS[text]
        if text in _COMMANDS:
            return float(_COMMANDS[text])
        if token.is_relation:
            return 13.4 if text != r"\to" else 15.6
        if _FUNCTION.fullmatch(text):
            return 5.2 * (len(text) - 1) + 1.7
        if text in _LARGE:
            return 14.5
        return 6.6

    def group(self, opening: str) -> float:
        """The width of a group with what stands around it."""
        if opening.startswith(r"\begin"):
            return self.table()
        inner = self.row()
        closing = self.take().text if self.place < len(self.tokens) else ""
        return inner + _delimiter(opening) + _delimiter(closing)

    def table(self) -> float:
        """The width of an environment: the widest cell of each column, spaces between them.

        Brackets may be open over several cells, so that these are told by what binds.
        """
        environment = self.tokens[self.place - 1]
        widest, column, start = [0.0], 0, self.place
        while self.place < len(self.tokens):
            token = self.take()
            ends = token.role is Role.CLOSE and token.bound == environment.bound
            if not ends and (token.bound > environment.bound + 1 or token.text not in _CELL_ENDS):
                continue
            cell = _Measure(self.tokens[start : self.place - 1]).whole()
            widest += [0.0] * (column + 1 - len(widest))
            widest[column] = max(widest[column], cell)
            if ends:
                break
            column, start = column + 1 if token.text == "&" else 0, self.place
        if environment.text in _ROWS:
            return sum(widest) + 2 * _SPACES[r"\,"]
        return sum(widest) + 10.0 * (len(widest) - 1) + 14.0

    def argument(self) -> float:
        """The width of what a command takes."""
        while self.place < len(self.tokens) and self.tokens[self.place].text.isspace():
            self.take()
        return self.nucleus(self.take()) if self.place < len(self.tokens) else 0.0

    def letters(self) -> int:
        """How many characters the words in braces have."""
        depth = self.tokens[self.place].depth if self.place < len(self.tokens) else 0
        count = 0
        self.take()
        while self.place < len(self.tokens) and self.tokens[self.place].depth > depth:
            count += len(self.take().text)
        if self.place < len(self.tokens):
            self.take()
        return count

    def take(self) -> Token:
        token = self.tokens[self.place]
        self.place += 1
        return token


def _delimiter(text: str) -> float:
    """The width of what opens or closes a group."""
    if text in ("{", "}", "") or text.endswith("."):
        return 0.0
    return 4.2 if len(text) == 1 else 7.2
