r"""The index of a sum or a product: ``j=0`` and its end above, or ``0 \le j < \ell``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from longlag.theory.tex import commands
from longlag.theory.tex.brackets import Item
from longlag.theory.tex.context import key_of
from longlag.theory.tex.names import Key
from longlag.theory.tex.parts import Formula, Part, taken_apart
from longlag.theory.tex.tokens import Text, Token, refusal, tokenise

_INFINITY = tuple(tokenise(Text("", r"\infty")))


@dataclass(frozen=True)
class Index:
    """An index with its ends.

    Args:
        key: its name.
        low: tokens of the first value.
        high: tokens of the last one.
        low_shift: added to the first, 1 behind a strict sign.
        high_shift: added to the last.
    """

    key: Key
    low: Sequence[Token]
    high: Sequence[Token]
    low_shift: int = 0
    high_shift: int = 0


def index_limits(sub: Item, sup: Item | None) -> list[Index]:
    r"""Return the indices that stand below a sum or a product, the innermost first.

    Args:
        sub: what stands below.
        sup: what stands above.

    Raises:
        LonglagError: no index, or an end is missing.
    """
    pieces, signs = _between_signs(sub)
    if signs == ["="] and sup is not None:
        return [Index(_name(pieces[0], sub), pieces[1], sup.inner)]
    if sup is not None or not signs or "=" in signs:
        raise refusal(
            sub.token,
            "an index has a first and a last value",
            r"write _{j=0}^{n} or _{0 \le j < n}",
        )
    if len(signs) == 1 and signs[0] in ("≥", ">"):
        return [Index(_name(pieces[0], sub), pieces[1], _INFINITY, int(signs[0] == ">"))]
    if len(signs) < 2 or not set(signs) <= {"≤", "<"}:
        raise refusal(sub.token, "an index lies between two values", r"write _{0 \le j < n}")
    names = [_name(piece, sub) for piece in pieces[1:-1]]
    # 0 ≤ j₁ < j₂ ≤ n: j₁ runs up to j₂, and j₂ from 0 on.
    return [
        Index(
            name,
            pieces[0],
            pieces[position + 2],
            low_shift=int(signs[0] == "<"),
            high_shift=-int(signs[position + 1] == "<"),
        )
        for position, name in enumerate(names)
    ]


def _between_signs(sub: Item) -> tuple[list[list[Token]], list[str]]:
    pieces: list[list[Token]] = [[]]
    signs: list[str] = []
    depth = 0
    for token in sub.inner:
        if token.text == r"\substack":
            raise refusal(token, "conditions in rows are not read", "write one condition")
        depth += (token.text in "{([") - (token.text in "})]")
        sign = commands.RELATIONS.get(token.text) if depth == 0 else None
        if sign is None:
            pieces[-1].append(token)
        else:
            signs.append(sign)
            pieces.append([])
    if not all(pieces):
        raise refusal(sub.token, "a value is missing beside a sign", r"write _{0 \le j < n}")
    return pieces, signs


def _name(tokens: Sequence[Token], sub: Item) -> Key:
    part = taken_apart(tokens, sub.token).sole
    if part is None or part.kind != "name" or part.factorial:
        raise refusal(tokens[0], "an index is a letter", r"write _{j=0}^{n} or _{0 \le j < n}")
    return key_of(part)


def mentions(part: Part, key: Key) -> bool:
    """Whether a name occurs in a part or in its scripts.

    Args:
        part: of a run.
        key: the name.
    """
    if part.kind == "name" and part.text == key.base:
        return True
    scripts = [script for script in (part.sub, part.sup) if script is not None]
    tokens = [*part.inner, *(token for script in scripts for token in script.inner)]
    written = {token.text for token in tokens} | {script.text for script in scripts}
    if key.base in written or any(key.base in script.text for script in scripts):
        return True
    return any(
        mentions_freely(term.run, key)
        for child in part.children
        for line in child.lines
        for term in line
    )


def mentions_freely(run: Sequence[Part], key: Key) -> bool:
    r"""Whether a name occurs in parts side by side, before one of them binds it anew.

    Args:
        run: parts; ``\sum_{j=0}^{n} a_j`` has another j of its own.
        key: the name.
    """
    for part in run:
        if part.text in (r"\sum", r"\prod") and part.sub is not None:
            limits = index_limits(part.sub, part.sup)
            if any(index.key == key for index in limits):
                ends = [token.text for index in limits for token in (*index.low, *index.high)]
                return key.base in ends
        if mentions(part, key):
            return True
    return False


def parts_of(formula: Formula) -> Iterator[Part]:
    """Yield the parts of a formula, those inside others not.

    Args:
        formula: taken apart.
    """
    for line in formula.lines:
        for term in line:
            yield from term.run


__all__ = ["Index", "index_limits", "mentions", "mentions_freely", "parts_of"]
