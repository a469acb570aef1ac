r"""Fractions wider than a line, as the numerator times the inverse of the denominator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from longlag.theory.typeset.tokens import Role, Token, tokens
from longlag.theory.typeset.widths import width

#: What stands before a factor and belongs to it.
PREFIXES = frozenset({r"\sum", r"\prod", r"\int", r"\ln", r"\log", r"\max", r"\min", r"\sup"})
PREFIXES |= {r"\sin", r"\cos", r"\tanh", r"\exp", r"\partial", r"\lim", r"\inf"}
#: A fraction of these is a name in two lines, and no division.
_DIFFERENTIALS = (r"\partial", r"\mathrm{d}", "d ", "d^")


def without_widest_fraction(tex: str) -> str | None:
    r"""Return a formula with its widest fraction as a product; None where none can be one.

    A fraction in braces, which hold a line together, stays, and so does one with a script.

    >>> without_widest_fraction(r"2 \frac{a b}{c + d}")
    '2 a b \\left(c + d\\right)^{-1}'
    >>> without_widest_fraction(r"\ln \frac{a + b}{c}")
    '\\ln \\left(\\left(a + b\\right) c^{-1}\\right)'
    """
    found = list(_products(tex))
    if not found:
        return None
    start, end, product = max(found, key=lambda each: width(tex[each[0] : each[1]]))
    return tex[:start] + product + tex[end:]


def _products(tex: str) -> Iterator[tuple[int, int, str]]:
    """The fractions that stand in brackets at most: from where, up to where, as a product."""
    found, opened = list(tokens(tex)), list[str]()
    for number, token in enumerate(found):
        if token.role is Role.CLOSE:
            opened.pop()
        elif token.role is Role.OPEN:
            opened.append(token.text)
        elif token.text == r"\frac" and not any(_holds_together(text) for text in opened):
            middle = _behind_group(found, number + 1)
            behind = middle and _behind_group(found, middle)
            after = found[behind].text if behind and behind < len(found) else ""
            if not behind or after in ("^", "_"):
                continue
            end = found[behind].place if after else len(tex)
            above = tex[found[number + 1].place + 1 : found[middle].place - 1].strip()
            below = tex[found[middle].place + 1 : end - 1].strip()
            if above.startswith(_DIFFERENTIALS):
                continue
            before = [each.text for each in found[:number] if not each.text.isspace()]
            product = _product(above, below)
            if _belongs_to_what_is_before(before):
                product = rf"\left({product}\right)"
            yield token.place, end, product


def _product(above: str, below: str) -> str:
    letter = len(list(tokens(below))) == 1
    inverse = (below if letter else rf"\left({below}\right)") + "^{-1}"
    if above == "1":
        return inverse
    alone = [each for each in tokens(above) if not each.depth]
    loose = any(each.is_sign or each.text in PREFIXES for each in alone)
    return (rf"\left({above}\right)" if loose else above) + f" {inverse}"


def _holds_together(opening: str) -> bool:
    return opening == "{" or opening.startswith(r"\begin")


def _belongs_to_what_is_before(before: Sequence[str]) -> bool:
    """Whether the fraction is what a function before it is taken of, or a divisor."""
    return bool(before) and (before[-1] in PREFIXES or before[-1] == "/")


def _behind_group(found: Sequence[Token], number: int) -> int:
    """The number of the token behind a group in braces, 0 where none begins."""
    if number >= len(found) or found[number].text != "{":
        return 0
    depth = found[number].depth
    return next(n for n in range(number + 1, len(found)) if found[n].depth == depth) + 1
