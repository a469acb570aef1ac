"""What a chain of signs says of its first and its last line."""

from __future__ import annotations

from collections.abc import Sequence

from longlag.theory.errors import LonglagError

#: The signs that a step may have, with their TeX.
SIGNS = {
    "=": "=",
    "≤": r"\le",
    "<": "<",
    "≥": r"\ge",
    ">": ">",
    "∼": r"\sim",
    "→": r"\to",
    "O": "= O",
}
#: What chains say beyond that: up to 1 + o(1), up to a constant, and of what is approached.
COMBINED = {
    **SIGNS,
    "≲": r"\lesssim",
    "≳": r"\gtrsim",
    "≤ O": r"\le O",
    "lim ≤": r"\lim\sup\, \le",
    "lim ≥": r"\lim\inf\, \ge",
}

_UP, _DOWN = frozenset("≤<"), frozenset("≥>")


def combined(signs: Sequence[str]) -> str:
    """Return the sign between the first and the last line of a chain.

    ``≲`` and ``≳`` hold up to a factor 1 + o(1), ``≤ O`` up to a constant, and ``lim ≤`` says that
    no limit point of the first line exceeds the last.

    Args:
        signs: of the steps, in order.

    Raises:
        LonglagError: a sign that is none, or steps in both directions, which say nothing.

    >>> combined("=≤<="), combined("≥="), combined("=∼"), combined("≤∼"), combined("")
    ('<', '≥', '∼', '≲', '=')
    """
    for sign in signs:
        if sign not in SIGNS:
            raise LonglagError(
                f"sign {sign!r}", f"a step has one of {', '.join(SIGNS)}", "choose one of them"
            )
    met = set(signs)
    rises, falls = met & _UP, met & _DOWN
    if rises and falls:
        raise _nothing(signs, "a line above and a line below say nothing of each other")
    if "O" in met and (falls or "→" in met):
        raise _nothing(signs, "O bounds from above, and says nothing of what lies below or tends")
    if "O" in met:
        return "≤ O" if rises else "O"
    if "→" in met:
        return "lim ≤" if rises else "lim ≥" if falls else "→"
    if "∼" in met:
        return "≲" if rises else "≳" if falls else "∼"
    for strict, weak in (("<", "≤"), (">", "≥")):
        if met & {strict, weak}:
            return strict if strict in met else weak
    return "="


def _nothing(signs: Sequence[str], rule: str) -> LonglagError:
    return LonglagError(
        f"a chain with the signs {' '.join(signs)}", rule, "make two proofs of it, one of each part"
    )


__all__ = ["COMBINED", "SIGNS", "combined"]
