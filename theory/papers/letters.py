r"""The author's letters in a comment: ``with n as \tilde h, W_n as U``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from longlag.theory.tex.tokens import Token, refusal

#: Commas outside braces.
_COMMAS = re.compile(r",(?![^{]*\})")


def renamings(text: str, note: Token) -> dict[str, str]:
    r"""Return longlag's letters with the author's.

    Args:
        text: ``n as \tilde h, W_n as U``.
        note: the comment that it stands in.

    Raises:
        LonglagError: a piece that renames nothing.
    """
    letters: dict[str, str] = {}
    for piece in filter(None, map(str.strip, _COMMAS.split(text))):
        name, _, letter = piece.partition(" as ")
        if not letter.strip():
            raise refusal(note, f"{piece!a} renames nothing", r"write with n as \tilde h")
        letters[name.strip()] = letter.strip()
    return letters


def require_known(
    letters: Mapping[str, str], known: Iterable[str], whose: str, note: Token
) -> None:
    """Refuse to rename letters that there are none of.

    Args:
        letters: longlag's with the author's.
        known: those that there are.
        whose: for the message.
        note: the comment.

    Raises:
        LonglagError: one that there is not.
    """
    strangers = [name for name in letters if name not in (known := list(known))]
    if strangers:
        raise refusal(
            note,
            f"{whose} has no letter {strangers[0]} that could be renamed",
            f"its letters are {', '.join(known)}",
        )


__all__ = ["renamings", "require_known"]
