r"""A formula as tokens, each with how deep it stands in brackets, braces and environments.

An ``=`` in ``\sum_{j=0}`` is no relation of the display, and a ``+`` in brackets no place to break
it at: both are told by their depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

_DELIMITER = r"\s*(?:\\[A-Za-z]+|\\.|.)"
_TOKEN = re.compile(
    rf"(?P<open>\\(?:left|[bB]igg?l)(?![A-Za-z]){_DELIMITER}|\\begin\{{[^}}]*\}}|\\\{{|[{{(\[])"
    rf"|(?P<close>\\(?:right|[bB]igg?r)(?![A-Za-z]){_DELIMITER}|\\end\{{[^}}]*\}}|\\\}}|[}})\]])"
    r"|(?P<other>\\[A-Za-z]+|\\.|\s+|[^\\])",
    re.DOTALL,
)
_RELATIONS = frozenset({"=", "<", ">", r"\le", r"\ge", r"\leq", r"\geq", r"\lt", r"\gt", r"\ne"})
_RELATIONS |= {r"\sim", r"\approx", r"\asymp", r"\equiv", r"\propto", r"\simeq", r"\ll", r"\gg"}
_RELATIONS |= {r"\in", r"\to", r"\mapsto", r"\lesssim", r"\gtrsim", r"\subset", r"\subseteq"}
_SIGNS = frozenset({"+", "-", r"\pm", r"\mp"})


class Role(StrEnum):
    """What a token does to the tokens behind it."""

    OPEN = "open"
    CLOSE = "close"
    OTHER = "other"


class Token(NamedTuple):
    """A token of TeX; a tuple, since breaking a display makes a million of them.

    Args:
        text: as it is written; ``\\left(``, ``\\Bigl[`` and ``\\begin{…}`` are one token.
        role: whether it opens or closes a group.
        depth: how many groups are open around it; an opening or closing token stands outside.
        bound: how many of these bind: braces, ``\\left`` and environments, not brackets alone,
            which may close in another row.
        place: where it begins.
    """

    text: str
    role: Role
    depth: int
    bound: int
    place: int

    @property
    def is_relation(self) -> bool:
        """Whether it relates what stands before it to what stands behind it."""
        return self.text in _RELATIONS

    @property
    def is_sign(self) -> bool:
        """Whether it begins a term of a sum."""
        return self.text in _SIGNS


#: The group of ``_TOKEN`` that matched ↦ its role.
_ROLES: dict[str | None, Role] = {role.value: role for role in Role}


def tokens(tex: str) -> Iterator[Token]:
    r"""Return the tokens of a formula; together their texts are the formula.

    >>> [(token.text, token.depth) for token in tokens(r"\sum_{j=0} a")]
    [('\\sum', 0), ('_', 0), ('{', 0), ('j', 1), ('=', 1), ('0', 1), ('}', 0), (' ', 0), ('a', 0)]
    """
    opened: list[str] = []
    bound = 0
    for match in _TOKEN.finditer(tex):
        text, role = match.group(), _ROLES[match.lastgroup]
        if role is Role.CLOSE:
            if not _close(opened, text):
                role = Role.OTHER
            bound = len(opened) - opened.count("bracket")
        yield Token(text, role, len(opened), bound, match.start())
        if role is Role.OPEN:
            opened.append(_kind(text))
            bound += opened[-1] != "bracket"


def _kind(text: str) -> str:
    """What holds a group together: braces, ``\\left`` and environments bind, brackets may not."""
    if text.startswith((r"\left", r"\right")):
        return "left"
    if text.startswith((r"\begin", r"\end")):
        return "environment"
    if text in ("{", "}"):
        return "brace"
    return "bracket"


def _close(opened: list[str], text: str) -> bool:
    """Take from what is open what a token closes; a bracket alone, as in [0, 1), closes nothing."""
    kind = _kind(text)
    if kind == "bracket":
        found = bool(opened) and opened[-1] == kind
        del opened[len(opened) - found :]
        return found
    while opened and opened.pop() != kind:
        pass
    return True


def relation_place(tex: str) -> int | None:
    r"""Return where the first relation of a formula begins, outside all groups; None without one.

    >>> relation_place(r"\sum_{j=0}^{n} a_j \le 1")
    19
    """
    found = (token.place for token in tokens(tex) if token.is_relation and not token.depth)
    return next(found, None)
