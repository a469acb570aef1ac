r"""Names of several signs, such as ``\|\nabla H_t\|`` or ``\sigma'(a_t)``: read as one letter each.

A phrase is a name: what stands in it is compared by its spelling, what stands around it is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Symbol

from longlag.theory.tex import commands
from longlag.theory.tex.tokens import Text, Token, tokenise


def phrase_letters(phrases: Mapping[str, Symbol]) -> dict[Symbol, str]:
    r"""Return the letter that stands for each phrase while a display is read.

    Args:
        phrases: how a name is written ↦ what it stands for.

    >>> from sympy.abc import g
    >>> print(phrase_letters({r"\|\nabla H_t\|": g})[g])
    \mathrm{phrasea}
    """
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return {
        symbol: rf"\mathrm{{phrase{alphabet[place]}}}"
        for place, symbol in enumerate(dict.fromkeys(phrases.values()))
    }


def with_letters(tokens: Sequence[Token], phrases: Mapping[str, Symbol]) -> list[Token]:
    """Return tokens with a letter in place of each phrase, the longest first.

    Args:
        tokens: of a side.
        phrases: how a name is written ↦ what it stands for.
    """
    letters = phrase_letters(phrases)
    found = [token for token in tokens if token.text not in _SKIPPED]
    if not phrases:
        return list(tokens)
    wanted = [(_texts(tokenise(Text("phrase", tex))), letters[s]) for tex, s in phrases.items()]
    for texts, letter in sorted(wanted, key=lambda each: -len(each[0])):
        at = 0
        while at + len(texts) <= len(found):
            behind = found[at + len(texts) : at + len(texts) + 1]
            # An index or a power behind a letter belongs to that letter.
            scripted = texts[-1].isalnum() and bool(behind) and behind[0].text in ("^", "_")
            if [token.text for token in found[at : at + len(texts)]] == texts and not scripted:
                found[at : at + len(texts)] = tokenise(Text("phrase", letter))
            at += 1
    return found


_SKIPPED = commands.SPACING | commands.SIZES


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [token.text for token in tokens if token.text not in _SKIPPED]


__all__ = ["phrase_letters", "with_letters"]
