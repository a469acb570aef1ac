r"""Rows of a display: formulas, reasons, conditions, labels and comments, told apart.

What stands behind ``&&`` or behind ``\quad`` is a remark on the row: words are a reason, and
``(\ell \to \infty)`` or ``x > 0`` a condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from longlag.theory.tex import commands
from longlag.theory.tex.cases import split
from longlag.theory.tex.tokens import Place, Token, matching, refusal, written

#: Environments that a display may hold in their turn, with rows of their own.
_INNER = frozenset({"aligned", "split", "gathered", "alignedat", "multlined", "subequations"})
_QUADS = frozenset({r"\quad", r"\qquad", r"\hfill"})
_PUNCTUATION = frozenset({",", ".", ";", ":"})


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        place: where it begins.
        formulas: each as tokens; more than one where the row holds equations side by side.
        reason: its words.
        conditions: tokens of what stands behind the formula, such as x > 0.
        labels: of it.
        checks: comments that ask to check it.
    """

    place: Place
    formulas: tuple[tuple[Token, ...], ...]
    reason: str = ""
    conditions: tuple[tuple[Token, ...], ...] = ()
    labels: tuple[str, ...] = ()
    checks: tuple[Token, ...] = ()


def rows_of(tokens: Sequence[Token], place: Place) -> list[Row]:
    """Return the rows of a display.

    Args:
        tokens: inside it, with macros expanded.
        place: where it begins.
    """
    matching([token for token in tokens if not token.is_note])
    tokens = _unwrapped(tokens)
    rows: list[Row] = []
    pieces = split(tokens, r"\\")
    for index, piece in enumerate(pieces):
        # A comment behind the \\ of a row belongs to that row.
        following = pieces[index + 1] if index + 1 < len(pieces) else []
        leading = _notes_before(following, piece)
        row = _row(piece[_own_start(piece, index, pieces) :], leading, place)
        if row is None:
            continue
        if rows and row.conditions and not (row.formulas or row.labels or row.checks):
            # A condition on a line of its own is of the formula before it.
            reason = " ".join(words for words in (rows[-1].reason, row.reason) if words)
            conditions = (*rows[-1].conditions, *row.conditions)
            rows[-1] = replace(rows[-1], reason=reason, conditions=conditions)
        else:
            rows.append(row)
    return rows


def _notes_before(following: Sequence[Token], piece: Sequence[Token]) -> list[Token]:
    """The comments at the head of the next row that stand on the last line of this one."""
    taken: list[Token] = []
    last = next((token for token in reversed(piece) if not token.is_note), None)
    for token in following:
        if not token.is_note or last is None or token.place.line > last.place.line:
            break
        taken.append(token)
    return taken


def _own_start(piece: Sequence[Token], index: int, pieces: Sequence[Sequence[Token]]) -> int:
    return len(_notes_before(piece, pieces[index - 1])) if index else 0


def _row(piece: Sequence[Token], behind: Sequence[Token], place: Place) -> Row | None:
    notes = [*(token for token in piece if token.is_note), *behind]
    checks = tuple(note for note in notes if note.text.split()[1:2] == ["check"])
    tokens, labels = _without_labels([token for token in piece if not token.is_note])
    cells = split(tokens, "&")
    formulas: list[tuple[Token, ...]] = []
    reasons: list[str] = []
    conditions: list[tuple[Token, ...]] = []
    for at in range(0, len(cells), 2):
        pair = [token for cell in cells[at : at + 2] for token in cell]
        main, *remarks = _at_quads(pair)
        main = _trimmed(main)
        if main and (_is_words(main) or _is_arrow(main)):
            remarks.insert(0, main)
        elif main:
            formulas.append(tuple(main))
        for remark in remarks:
            words, rests = _words_of(_trimmed(remark))
            if words:
                reasons.append(words)
            conditions += map(tuple, rests)
    if not (formulas or reasons or conditions or labels or checks):
        return None
    begins = piece[0].place if piece else place
    return Row(begins, tuple(formulas), " ".join(reasons), tuple(conditions), tuple(labels), checks)


def _unwrapped(tokens: Sequence[Token]) -> list[Token]:
    """Tokens without the environments inside a display whose rows are the display's."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        name, after = _environment_at(tokens, at)
        if name.rstrip("*") in _INNER:
            at = after
            if tokens[at - 1].text == "}" and at < len(tokens) and name.startswith("alignedat"):
                at = _group_end(tokens, at) if tokens[at].text == "{" else at
            if at < len(tokens) and tokens[at].text == "[":
                at = next((i for i in range(at, len(tokens)) if tokens[i].text == "]"), at) + 1
            continue
        result.append(tokens[at])
        if tokens[at].text == r"\\":
            at += 1
            while at < len(tokens) and tokens[at].text == "*":
                at += 1
            if at < len(tokens) and tokens[at].text == "[" and tokens[at].tight:
                at = next((i for i in range(at, len(tokens)) if tokens[i].text == "]"), at) + 1
            continue
        at += 1
    return result


def _environment_at(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    r"""The name behind ``\begin`` or ``\end``, and the index behind it."""
    if tokens[at].text not in (r"\begin", r"\end"):
        return "", at
    if at + 1 >= len(tokens) or tokens[at + 1].text != "{":
        raise refusal(tokens[at], "the name of an environment is missing", "write it in braces")
    end = _group_end(tokens, at + 1)
    return written(tokens[at + 2 : end - 1]), end


def _group_end(tokens: Sequence[Token], at: int) -> int:
    """The index behind the group that opens at an index."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += (tokens[index].text == "{") - (tokens[index].text == "}")
        if depth == 0:
            return index + 1
    return len(tokens)


def _without_labels(tokens: Sequence[Token]) -> tuple[list[Token], list[str]]:
    kept: list[Token] = []
    labels: list[str] = []
    at = 0
    while at < len(tokens):
        text = tokens[at].text
        if text in (r"\label", r"\tag") and at + 1 < len(tokens) and tokens[at + 1].text == "{":
            end = _group_end(tokens, at + 1)
            if text == r"\label":
                labels.append(_text_of(tokens[at + 2 : end - 1]))
            at = end
            continue
        if text not in (r"\nonumber", r"\notag", r"\displaystyle"):
            kept.append(tokens[at])
        at += 1
    return kept, labels


def _text_of(tokens: Sequence[Token]) -> str:
    return "".join(("" if t.tight or not i else " ") + t.text for i, t in enumerate(tokens))


def _at_quads(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split at wide spaces outside braces and brackets; those that lead do not count."""
    groups: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.text == "{" or token.text in commands.OPENING or token.text == r"\begin"
        closes = token.text == "}" or token.text in commands.CLOSING or token.text == r"\end"
        # A bracket that was opened in the row before may close in this one.
        depth = max(0, depth - closes)
        if token.text in _QUADS and depth == 0:
            if groups[-1] or len(groups) > 1:
                groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _trimmed(tokens: Sequence[Token]) -> list[Token]:
    """Tokens without spacing and empty groups at the head, and punctuation at the end."""
    kept = list(tokens)
    while kept and (kept[0].text in commands.SPACING or [t.text for t in kept[:2]] == ["{", "}"]):
        del kept[: 2 if kept[0].text == "{" else 1]
    while kept and (
        kept[-1].text in commands.SPACING
        or (kept[-1].text in _PUNCTUATION and not _is_size(kept[-2:-1]))
        or ([t.text for t in kept[-2:]] == ["{", "}"] and kept[-3:-2] != [])
    ):
        del kept[-2 if kept[-1].text == "}" else -1 :]
    return kept


def _is_size(before: Sequence[Token]) -> bool:
    r"""Whether what follows is no punctuation but the bracket of a size: ``\right.``"""
    return bool(before) and before[0].text in (r"\left", r"\right")


def _is_words(tokens: Sequence[Token]) -> bool:
    return tokens[0].text in commands.WORDS | commands.REFERENCES


def _is_arrow(tokens: Sequence[Token]) -> bool:
    r"""Whether tokens are ``(\ell \to \infty)``."""
    texts = [token.text for token in tokens]
    return texts[0] == "(" and texts[-1] == ")" and r"\to" in texts


def _words_of(tokens: Sequence[Token]) -> tuple[str, list[list[Token]]]:
    r"""The words of a remark, and the formulas between; a reference belongs to the words."""
    words: list[str] = []
    rests: list[list[Token]] = [[]]
    at = depth = 0
    while at < len(tokens):
        depth += (tokens[at].text == "{") - (tokens[at].text == "}")
        # Words in braces are a name, such as n_{\text{GD}}.
        if tokens[at].text in commands.WORDS and at + 1 < len(tokens) and not depth:
            end = _group_end(tokens, at + 1)
            words.append(_text_of(tokens[at + 2 : end - 1]).strip())
            rests.append([])
            at = end
        elif tokens[at].text in commands.REFERENCES and at + 1 < len(tokens):
            end = _group_end(tokens, at + 1)
            words.append(_text_of(tokens[at:end]))
            at = end
        else:
            rests[-1].append(tokens[at])
            at += 1
    trimmed = [rest for rest in map(_trimmed, rests) if rest]
    opened = [
        rest[1:-1] if rest[0].text == "(" and rest[-1].text == ")" else rest for rest in trimmed
    ]
    return " ".join(word for word in words if word), opened


__all__ = ["Row", "rows_of"]
