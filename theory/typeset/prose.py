"""Words with formulas between dollar signs, their letters changed to the author's.

Only for text that stands in the source: what a printer wrote is in the author's letters already.
"""

from __future__ import annotations

import re

from longlag.theory.typeset.author import at_time, current, emboldened, letter
from longlag.theory.typeset.tokens import tokens

#: Letters of matrices and of the state, which bear a time.
_TIMED = frozenset("JDRMh")
_WORDS = frozenset({r"\text", r"\operatorname", r"\mathrm", r"\begin", r"\end"})
_FORMULA = re.compile(r"\$([^$]+)\$")
_AT_TIME = re.compile(r"_(?:([a-z])|\{([^{}]*)\})")


def lettered(text: str) -> str:
    r"""Return words with the formulas in them in the author's letters.

    >>> from longlag.theory.typeset.author import Notation
    >>> with Notation({"J": "A"}):
    ...     lettered("the Jacobian $J_t = D_t + R_t$")
    'the Jacobian $A_{t} = D_t + R_t$'
    """
    return _FORMULA.sub(lambda match: f"${renamed(match[1])}$", text)


def renamed(tex: str) -> str:
    """Return a formula of ours in the author's letters; of letters alone, not of their products."""
    notation = current()
    if not notation.names and not notation.bold and notation.time == "subscript":
        return tex
    written, place = "", 0
    for token in tokens(tex):
        if token.place < place:
            continue
        place = token.place + len(token.text)
        if token.text in _WORDS:
            behind = re.match(r"\s*\{[^{}]*\}", tex[place:])
            kept = behind.group() if behind else ""
            written += token.text + kept
            place += len(kept)
            continue
        if token.text not in _TIMED:
            written += _letter_of(token.text)
            continue
        symbol = letter(token.text, emboldened(token.text))
        step = _AT_TIME.match(tex, place)
        own = symbol == token.text and notation.time == "subscript"
        if step is None or own:
            written += symbol
            continue
        inner = step[1] or step[2]
        place = step.end()
        written += at_time(symbol, "".join(_letter_of(t.text) for t in tokens(inner)))
    return written


def _letter_of(text: str) -> str:
    """The author's letter for a token; \\ell and the Greek letters go by their names."""
    name = text.removeprefix("\\")
    return letter(name, text) if name.isalpha() and name != "d" else text
