r"""Tokens of a formula as items for the grammar.

Digits join to numbers, styles to names, scripts keep what they are made of; spacing is passed over
and so is what stands in no formula.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from lark import Token as Terminal
from lark.lexer import Lexer

from longlag.theory.errors import LonglagError
from longlag.theory.tex import commands
from longlag.theory.tex.brackets import Item, paired
from longlag.theory.tex.tokens import DEEPEST, Token, matching, refusal, written

#: Tokens of one formula.
_MOST_TOKENS = 9000
_ARGUMENTS = {
    **dict.fromkeys((r"\frac", r"\tfrac", r"\dfrac", r"\cfrac", r"\nicefrac"), "_FRACTION"),
    **dict.fromkeys((r"\binom", r"\tbinom", r"\dbinom"), "_BINOMIAL"),
}
_BARS = {**dict.fromkeys(("|", r"\vert"), "BAR"), **dict.fromkeys((r"\|", r"\Vert"), "NORM")}
_SIDED_BARS = {
    r"\lvert": "_BAR_OPEN",
    r"\rvert": "_BAR_CLOSE",
    r"\lVert": "_NORM_OPEN",
    r"\rVert": "_NORM_CLOSE",
}
_TAKING_ONE = commands.STYLES | commands.WORDS | commands.WRAPPERS | {r"\sqrt", "^", "_"}


def items_of(tokens: Sequence[Token]) -> list[Item]:
    r"""Return the items of a formula.

    Args:
        tokens: with macros expanded.

    Raises:
        LonglagError: a command that is not read, or brackets that do not match.

    >>> from longlag.theory.tex.tokens import Text, tokenise
    >>> [item.kind for item in items_of(tokenise(Text("", r"\frac12|x|^{2}")))][-4:]
    ['_BAR_OPEN', 'NAME', '_BAR_CLOSE', 'SUP']
    """
    tokens = [token for token in tokens if not token.is_note]
    if len(tokens) > _MOST_TOKENS:
        raise refusal(
            tokens[_MOST_TOKENS], f"a formula has at most {_MOST_TOKENS} tokens", "write two"
        )
    lexing = _Lexing(tokens, matching(tokens))
    lexing.span(0, len(tokens), 0)
    return paired(lexing.items)


class _Lexing:
    """One pass over tokens."""

    def __init__(self, tokens: Sequence[Token], pairs: dict[int, int]) -> None:
        self.tokens = tokens
        self.pairs = pairs
        self.items: list[Item] = []

    def emit(self, kind: str, token: Token, text: str = "", inner: Sequence[Token] = ()) -> None:
        self.items.append(Item(kind, text or token.text, token, tuple(inner)))

    def span(self, at: int, end: int, depth: int) -> None:
        """Emit the items of the tokens from an index to another."""
        if depth > DEEPEST:
            raise refusal(
                self.tokens[at - 1], f"it stands inside {DEEPEST} others", "write a simpler formula"
            )
        while at < end:
            at = self._one(at, end, depth)

    def argument(self, at: int, end: int, of: Token) -> tuple[int, int, int]:
        """Return where the argument at an index begins and ends, and where to go on."""
        while at < end and self.tokens[at].text in commands.SPACING:
            at += 1
        if at >= end:
            raise refusal(of, "an argument is missing", "write it in braces")
        token = self.tokens[at]
        if token.text == "{":
            close = self.pairs[at]
            return at + 1, close, close + 1
        if token.text in _TAKING_ONE or token.text in _ARGUMENTS:
            # As in x^\mathrm{T}, whose braces TeX does without.
            after, count = at + 1, 2 if token.text in _ARGUMENTS else 1
            for _ in range(count):
                if after < end and self.tokens[after].text != "{":
                    raise refusal(token, "it is an argument itself", "put it in braces")
                after = self.argument(after, end, token)[2]
            return at, after, after
        if token.text in REFUSED_AS_ARGUMENTS:
            raise refusal(of, f"its argument begins with {token.text!a}", "write it in braces")
        return at, at + 1, at + 1

    def _one(self, at: int, end: int, depth: int) -> int:
        """Emit what begins at an index; return where to go on."""
        token, text = self.tokens[at], self.tokens[at].text
        if text.isascii() and (text.isdigit() or text == "."):
            return self._number(at, end)
        if text in _KINDS:
            self.emit(_KINDS[text], token)
            return at + 1
        if text in commands.RELATIONS or text == ":":
            return self._relation(at, end)
        if text in commands.SPACING or text in commands.SIZES:
            return at + 1
        if text in (r"\left", r"\right"):
            return self._delimiter(at, end)
        if text in commands.OPENING:
            self.emit("OPEN", token)
            return at + 1
        if text in commands.CLOSING:
            self.emit("_CLOSE", token)
            return at + 1
        if text in _BARS or text in _SIDED_BARS:
            self.emit(_SIDED_BARS.get(text) or _BARS[text], token)
            return at + 1
        if text in ("^", "_"):
            return self._script(at, end)
        if text == "{":
            self._group(at, at + 1, self.pairs[at], depth)
            return self.pairs[at] + 1
        if text in _ARGUMENTS:
            self.emit(_ARGUMENTS[text], token)
            return self._groups(at, at + 1, end, depth, 2)
        if text == r"\sqrt":
            return self._root(at, end, depth)
        if text == r"\begin":
            return self._environment(at, end)
        if (text.isascii() and text.isalpha()) or text in commands.LETTERS | commands.NAMES:
            self.emit("NAME", token)
            return at + 1
        return self._command(at, end, depth)

    def _command(self, at: int, end: int, depth: int) -> int:
        token, text = self.tokens[at], self.tokens[at].text
        if text in commands.SPACING_OF:
            return self.argument(at + 1, end, token)[2]
        if text in commands.REFERENCES:
            raise refusal(
                token, "a reference is no value", r"put it in the row's reason: \text{by}"
            )
        if text in commands.STYLES:
            first, last, after = self.argument(at + 1, end, token)
            name = written(self.tokens[first:last])
            if not name:
                raise refusal(token, "a name is missing", r"write \mathrm{name}")
            self.emit("NAME", token, f"{text}{{{name}}}")
            return after
        if text in commands.WORDS:
            first, last, after = self.argument(at + 1, end, token)
            self.emit("WORDS", token, inner=self.tokens[first:last])
            return after
        if text in commands.WRAPPERS:
            first, last, after = self.argument(at + 1, end, token)
            self._group(at, first, last, depth)
            while after < end and self.tokens[after].text in ("^", "_"):
                after = self.argument(after + 1, end, self.tokens[after])[2]
            return after
        if text in commands.REMARKED:
            _, _, after = self.argument(at + 1, end, token)
            first, last, after = self.argument(after, end, token)
            self.span(first, last, depth + 1)
            return after
        raise _not_read(token)

    def _group(self, opening: int, first: int, last: int, depth: int) -> None:
        """Emit a group in braces; of an empty one nothing."""
        before = len(self.items)
        self.emit("_LBRACE", self.tokens[opening], "{")
        self.span(first, last, depth + 1)
        if len(self.items) == before + 1:
            self.items.pop()
        else:
            self.emit("_RBRACE", self.tokens[min(last, len(self.tokens) - 1)], "}")

    def _groups(self, of: int, at: int, end: int, depth: int, count: int) -> int:
        """Emit arguments, each as a group."""
        for _ in range(count):
            first, last, at = self.argument(at, end, self.tokens[of])
            before = len(self.items)
            self._group(first if first < last else of, first, last, depth)
            if len(self.items) == before:
                raise refusal(self.tokens[of], "an argument is empty", "write it in braces")
        return at

    def _number(self, at: int, end: int) -> int:
        """Emit digits, with a point between or before them."""
        after = at
        points = 0
        while after < end and (after == at or self.tokens[after].tight):
            text = self.tokens[after].text
            is_point = text == "." and points == 0 and self._digit_at(after + 1, end)
            if not (text.isascii() and text.isdigit()) and not is_point:
                break
            points += is_point
            after += 1
        if after == at:
            raise refusal(self.tokens[at], *commands.REFUSED["."])
        self.emit("NUMBER", self.tokens[at], "".join(t.text for t in self.tokens[at:after]))
        return after

    def _digit_at(self, at: int, end: int) -> bool:
        if at >= end or not self.tokens[at].tight:
            return False
        return self.tokens[at].text.isascii() and self.tokens[at].text.isdigit()

    def _relation(self, at: int, end: int) -> int:
        token = self.tokens[at]
        if token.text == ":":
            if at + 1 < end and self.tokens[at + 1].text == "=":
                self.emit("RELATION", token, "=")
                return at + 2
            raise refusal(token, "a colon is no operation", r"write := for a definition, or /")
        self.emit("RELATION", token, commands.RELATIONS[token.text])
        return at + 1

    def _delimiter(self, at: int, end: int) -> int:
        r"""Emit what stands behind ``\left`` or ``\right``."""
        token = self.tokens[at]
        if at + 1 >= end:
            raise refusal(token, "a bracket is missing behind it", "write one, or a point")
        text = self.tokens[at + 1].text
        if text in _BARS:
            side = "OPEN" if token.text == r"\left" else "CLOSE"
            self.emit(f"_{_BARS[text]}_{side}", self.tokens[at + 1])
            return at + 2
        # A pair of which one side is invisible, where brackets run over rows.
        return at + 2 if text == "." else at + 1

    def _script(self, at: int, end: int) -> int:
        token = self.tokens[at]
        first, last, after = self.argument(at + 1, end, token)
        inner = self.tokens[first:last]
        if token.text == "^" and inner and {t.text for t in inner} <= {r"\prime", "'"}:
            for prime in inner:
                self.emit("PRIME", prime, "'")
            return after
        if not inner:
            return after
        self.emit("SUP" if token.text == "^" else "SUB", token, written(inner), inner)
        return after

    def _root(self, at: int, end: int, depth: int) -> int:
        token = self.tokens[at]
        self.emit("_ROOT", token)
        at += 1
        if at < end and self.tokens[at].text == "[":
            close = next((i for i in range(at, end) if self.tokens[i].text == "]"), None)
            if close is None:
                raise refusal(self.tokens[at], "it is not closed", "close it with ']'")
            # The order of the root comes behind what is under it.
            after = self._groups(at - 1, close + 1, end, depth, 1)
            self._group(at, at + 1, close, depth)
            return after
        return self._groups(at - 1, at, end, depth, 1)

    def _environment(self, at: int, end: int) -> int:
        token = self.tokens[at]
        first, last, after = self.argument(at + 1, end, token)
        name = written(self.tokens[first:last])
        if name not in ("cases", "dcases", "rcases"):
            raise refusal(
                token,
                f"the environment {name!a} is not read inside a formula",
                "only cases are; make displays of their own of its rows",
            )
        depth, close = 1, after
        while close < end:
            depth += (self.tokens[close].text == r"\begin") - (self.tokens[close].text == r"\end")
            if depth == 0:
                break
            close += 1
        if depth:
            raise refusal(token, "it is not closed", rf"close it with \end{{{name}}}")
        self.emit("CASES", token, inner=self.tokens[after:close])
        return self.argument(close + 1, end, self.tokens[close])[2]


REFUSED_AS_ARGUMENTS = frozenset({"&", r"\\", r"\left", r"\right", r"\begin", r"\end", "}"})
_KINDS = {
    "+": "SIGN",
    "-": "SIGN",
    "/": "SLASH",
    "!": "BANG",
    "'": "PRIME",
    ",": "_COMMA",
    ";": "_COMMA",
    **dict.fromkeys(commands.TIMES, "TIMES"),
}


def _not_read(token: Token) -> LonglagError:
    if token.text in commands.REFUSED:
        return refusal(token, *commands.REFUSED[token.text])
    if token.text.startswith("\\"):
        return refusal(
            token,
            "no such command is read in a formula",
            r"define it by \newcommand in commands that are, or write \operatorname{...}",
        )
    if token.text in commands.UNICODE:
        remedy = f"write {commands.UNICODE[token.text]}"
    else:
        words = unicodedata.name(token.text[:1], "").split()
        greek = words[:1] == ["GREEK"] and "LETTER" in words
        remedy = (
            f"write \\{words[words.index('LETTER') + 1].lower().replace('lamda', 'lambda')}"
            if greek
            else "leave it out"
        )
    return refusal(token, "a formula has letters, digits and commands of LaTeX", remedy)


class ItemLexer(Lexer):
    """Gives items to lark as terminals that bear their index as position."""

    def __init__(self, _: Any) -> None:
        """Take lark's settings, of which none is used."""

    def lex(self, data: Sequence[Item]) -> Iterator[Terminal]:  # type: ignore[override]
        """Yield the terminals.

        Args:
            data: the items.
        """
        for index, item in enumerate(data):
            yield Terminal(item.kind, item.text, start_pos=index)


__all__ = ["ItemLexer", "items_of"]
