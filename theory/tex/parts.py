r"""A formula taken apart by the grammar: lines between relations, sums, runs of parts.

What a part means, a factor or a function or an index, is not said here: see ``runs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Transformer
from lark import Token as Terminal
from lark.exceptions import UnexpectedToken, VisitError

from longlag.theory.errors import LonglagError
from longlag.theory.tex import commands
from longlag.theory.tex.brackets import Item
from longlag.theory.tex.lexer import ItemLexer, items_of
from longlag.theory.tex.tokens import Token, refusal


@dataclass(frozen=True)
class Part:
    """One part of a run, with its scripts.

    Args:
        kind: number, name, cases, words, group, fraction, binomial, root, brackets, absolute, norm;
            or times, slash.
        text: of a number or a name; the opening bracket.
        token: where it begins.
        inner: tokens of cases and words.
        children: the formulas in it.
        sub: its index, if it has one.
        sup: what stands above it.
        primes: how many.
        factorial: whether a ``!`` stands behind it.
    """

    kind: str
    text: str
    token: Token
    inner: tuple[Token, ...] = ()
    children: tuple[Formula, ...] = ()
    sub: Item | None = None
    sup: Item | None = None
    primes: int = 0
    factorial: bool = False

    @property
    def bare(self) -> bool:
        """Whether it has no script."""
        return not (self.sub or self.sup or self.primes or self.factorial)


@dataclass(frozen=True)
class Term:
    """A term of a sum: a sign and a run of parts side by side."""

    negative: bool
    run: tuple[Part, ...]

    @property
    def token(self) -> Token:
        """Where it begins."""
        return self.run[0].token


@dataclass(frozen=True)
class Formula:
    """Lines with relations between them; one line is no relation.

    Args:
        lines: each a sum.
        signs: one fewer.
    """

    lines: tuple[tuple[Term, ...], ...]
    signs: tuple[Item, ...]

    @property
    def token(self) -> Token:
        """Where it begins."""
        return self.lines[0][0].token

    @property
    def sole(self) -> Part | None:
        """The one part that it consists of, if it does."""
        if self.signs or len(self.lines[0]) != 1:
            return None
        (term,) = self.lines[0]
        return term.run[0] if len(term.run) == 1 and not term.negative else None


def taken_apart(tokens: Sequence[Token], after: Token) -> Formula:
    r"""Return the formula that tokens spell out, by the grammar.

    Args:
        tokens: with macros expanded.
        after: what they belong to, for the message that there are none.

    Raises:
        LonglagError: they are none.

    >>> from longlag.theory.tex.tokens import Text, tokenise
    >>> tokens = tokenise(Text("", r"a x - \frac12 \le 3"))
    >>> [len(line) for line in taken_apart(tokens, tokens[0]).lines]
    [2, 1]
    """
    items = items_of(tokens)
    if not items:
        raise refusal(after, "a formula is missing", "write one")
    try:
        found = _grammar().parse(items)
    except UnexpectedToken as error:
        raise _misplaced(items, error) from None
    try:
        return _Builder(items).transform(found)
    except VisitError as error:
        raise error.orig_exc from None


@cache
def _grammar() -> Lark:
    text = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer=ItemLexer)


def _misplaced(items: Sequence[Item], error: UnexpectedToken) -> LonglagError:
    position = getattr(error.token, "start_pos", None)
    if error.token.type == "$END" or position is None:
        return refusal(items[-1].token, "the formula ends behind it", "complete it")
    item = items[position]
    rules = {
        "SIGN": ("two operators stand side by side", "write one, or brackets"),
        "TIMES": ("a value is missing before it", "write one"),
        "SLASH": ("a value is missing before it", "write one"),
        "RELATION": ("a value is missing before it", "write one"),
        "_COMMA": ("a comma separates arguments in brackets", "leave it out, or write brackets"),
        "SUB": ("it stands behind no letter", "write the letter before it"),
        "SUP": ("it stands behind no value", "write the value before it"),
        "PRIME": ("it stands behind no letter", "write the letter before it"),
        "BANG": ("it stands behind no value", "write the value before it"),
    }
    closing = ("a value is missing before it", "write one")
    return refusal(item.token, *rules.get(item.kind, closing))


def _held_together(part: Part) -> Part:
    """A name in braces before an index as a name: in {y_2}_t, y_2 has the index t."""
    sole = part.children[0].sole if part.kind == "group" and not part.sub else None
    if sole is None or sole.kind != "name" or sole.primes or sole.factorial:
        return part
    marks = "".join(f"{m}{{{s.text}}}" for m, s in (("_", sole.sub), ("^", sole.sup)) if s)
    text = f"{{{sole.text}{marks}}}" if marks else sole.text
    return replace(part, kind="name", text=text, children=())


class _Builder(Transformer[Terminal, Formula]):
    """From lark's tree to parts."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self.items = items

    def _item(self, terminal: Terminal) -> Item:
        return self.items[int(terminal.start_pos or 0)]

    def _part(self, child: Any) -> Part:
        if isinstance(child, Part):
            return child
        item = self._item(child)
        return Part(item.kind.lower(), item.text, item.token, item.inner)

    def start(self, children: list[Any]) -> Formula:
        return children[0]

    def formula(self, children: list[Any]) -> Formula:
        lines = tuple(child for child in children if not isinstance(child, Terminal))
        signs = tuple(self._item(child) for child in children if isinstance(child, Terminal))
        return Formula(lines, signs)

    def sum(self, children: list[Any]) -> tuple[Term, ...]:
        terms: list[Term] = []
        negative = False
        for child in children:
            if isinstance(child, Terminal):
                negative = child == "-"
            elif terms and terms[-1].run[-1].text in commands.BIG:
                # A sign directly behind a sum belongs to what is summed.
                one = Part("number", "1", child[0].token)
                sign = Formula(((Term(negative, (one,)),),), ())
                group = Part("group", "group", one.token, children=(sign,))
                terms[-1] = replace(terms[-1], run=(*terms[-1].run, group, *child))
            else:
                terms.append(Term(negative, child))
        return tuple(terms)

    def run(self, children: list[Any]) -> tuple[Part, ...]:
        return tuple(self._part(child) for child in children)

    def item(self, children: list[Any]) -> Part:
        part = self._part(children[0])
        for child in children[1:]:
            part = self._scripted(part, self._item(child))
        # A name in braces is that name: {y_2} and y_2 are one.
        sole = part.children[0].sole if part.kind == "group" and part.bare else None
        return part if sole is None or sole.kind != "name" else sole

    def _scripted(self, part: Part, script: Item) -> Part:
        if script.kind == "SUB":
            part = _held_together(part)
            if part.sub:
                raise refusal(
                    script.token, "a second index stands below", "write one, with a comma"
                )
            return replace(part, sub=script)
        if script.kind == "SUP":
            if part.sup:
                raise refusal(script.token, "a second power stands above", "write braces")
            return replace(part, sup=script)
        if part.sup:
            raise refusal(
                script.token, "it stands behind a power", "write brackets around what it is of"
            )
        if script.kind == "PRIME":
            return replace(part, primes=part.primes + 1)
        if part.factorial:
            raise refusal(script.token, "double factorials are not read", "write brackets")
        return replace(part, factorial=True)

    def _of(self, kind: str, children: list[Any], text: str = "") -> Part:
        return Part(kind, text or kind, children[0].token, children=tuple(children))

    def group(self, children: list[Any]) -> Part:
        return self._of("group", children)

    def fraction(self, children: list[Any]) -> Part:
        return self._of("fraction", [part.children[0] for part in children])

    def binomial(self, children: list[Any]) -> Part:
        return self._of("binomial", [part.children[0] for part in children])

    def root(self, children: list[Any]) -> Part:
        return self._of("root", [part.children[0] for part in children])

    def brackets(self, children: list[Any]) -> Part:
        opening = self._item(children[0])
        return Part("brackets", opening.text, opening.token, children=tuple(children[1:]))

    def absolute(self, children: list[Any]) -> Part:
        return self._of("absolute", children)

    def norm(self, children: list[Any]) -> Part:
        return self._of("norm", children)


__all__ = ["Formula", "Part", "Term", "taken_apart"]
