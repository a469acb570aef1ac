r"""Long lines of a display, broken to a width: at relations, then at signs, then between factors.

A line may also break inside brackets, at the signs in them: ``\left(`` is then closed by
``\right.`` and opened again by ``\left.``, as TeX wants its pairs in one line. Nothing breaks
inside a fraction, a root, a script or a matrix; a fraction wider than a line becomes a product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from longlag.theory.typeset.fractions import PREFIXES, without_widest_fraction
from longlag.theory.typeset.tokens import Role, Token, relation_place, tokens
from longlag.theory.typeset.widths import POINTS, width

#: Above this share of the width, what stands left of the relation has a line of its own.
_WIDE_HEAD = 0.45
#: How a line that is continued begins, and how wide that is.
_INDENT, _INDENT_WIDTH = r"\quad ", 10.0
#: What a break costs: at a relation, at a sign and between factors, and for each bracket around it.
_RELATION, _SIGN, _FACTOR, _DEEPER = 0.0, 0.4, 1.2, 2.0
#: What a line costs that is left empty.
_EMPTY = 1.5
#: Less than this share of a line is not left behind before a factor.
_STUB = 0.25
#: A part this many times as wide as a line is longer than any that fits.
_HOPELESS = 1.5
_SPACES = frozenset({r"\quad", r"\qquad"})
_ELEMENTWISE = frozenset({r"\odot", r"\circ", r"\ast", r"\cdot", r"\times"})
_FUNCTIONS = frozenset({r"\tanh", r"\log", r"\sin", r"\cos", r"\sinh", r"\cosh", r"\tan", r"\exp"})


@dataclass(frozen=True)
class _Break:
    """A place where a line may end.

    Args:
        place: where the next line begins.
        cost: the less, the better the place.
        reopened: the ``\\left`` groups that are open there.
        prefix: what the next line begins with.
    """

    place: int
    cost: float
    reopened: int
    prefix: str

    @property
    def is_factor(self) -> bool:
        """Whether it tears a product apart."""
        return self.prefix.endswith(r"\cdot ")


def broken(lines: Iterable[str], centimetres: float | None) -> list[str]:
    r"""Return the lines of an aligned display, broken where they are wider than a column.

    Args:
        lines: with an & before what is aligned.
        centimetres: the width at 10 pt; None leaves them as they are.

    >>> broken([r"a &= b + c + d + e + f + g"], 2.5)
    ['a &= b + c + d', '&\\quad + e + f', '&\\quad + g']
    """
    lines = list(lines)
    if centimetres is None or not lines:
        return lines
    room = centimetres * POINTS - width(r"\begin{aligned}\end{aligned}")
    halves = [_halves(line) for line in lines]
    widest = max(width(head) for head, _ in halves)
    if all(width(head) + width(body) <= room for head, body in halves) and (
        widest + max(width(body) for _, body in halves) <= room
    ):
        return lines
    halves = [(head, _bare_arguments(body)) for head, body in halves]
    taken = widest if widest <= _WIDE_HEAD * room else 0.0
    found = [part for head, body in halves for part in _parts(head, body, room, taken)]
    if not taken or max(width(_halves(line)[1]) for line in found) <= room - taken:
        return found
    return [part for head, body in halves for part in _parts(head, body, room, 0.0)]


def break_display(tex: str, centimetres: float) -> str:
    r"""Return a display with its lines broken; one that fits stays as it is.

    Args:
        tex: one line, or one ``aligned`` or ``gathered`` environment.
        centimetres: the width at 10 pt.

    >>> print(break_display("a = b + c + d + e", 2.5))
    \begin{aligned}
    a &= b + c + d \\
    &\quad + e
    \end{aligned}
    """
    tex = tex.strip()
    if width(tex) <= centimetres * POINTS:
        return tex
    found = list(tokens(tex))
    first, last = found[0].text, found[-1]
    whole = last.depth == 0 and not any(token.bound == 0 for token in found[1:-1])
    if whole and first in (r"\begin{aligned}", r"\begin{gathered}"):
        rows = _rows(tex[len(first) : last.place])
        if first == r"\begin{gathered}":
            inner = [break_display(row, centimetres) for row in rows]
        else:
            inner = broken(rows, centimetres)
        return f"{first}\n" + " \\\\\n".join(inner) + f"\n{last.text}"
    if first.startswith(r"\begin"):
        return tex
    lines = broken([tex], centimetres)
    if len(lines) == 1:
        return tex
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def rows_of(tex: str) -> list[str]:
    r"""Return the rows of a display that is one aligned environment; else the display itself.

    >>> rows_of(r"\begin{aligned} a &= b \\ c &= d \end{aligned}")
    ['a &= b', 'c &= d']
    """
    found = list(tokens(tex.strip()))
    whole = found and not any(token.bound == 0 for token in found[1:-1])
    if not whole or found[0].text != r"\begin{aligned}":
        return [tex.strip()]
    return _rows(tex.strip()[len(found[0].text) : found[-1].place])


def pieces_of(tex: str, most: int) -> list[str]:
    r"""Return an aligned display as several, so that a page may end between two of them.

    Args:
        tex: one line, or one ``aligned`` environment.
        most: how many rows stand together.

    >>> pieces_of(r"\begin{aligned} a &= b \\ c &= d \\ e &= f \end{aligned}", 2)[1]
    '\\begin{aligned}\ne &= f\n\\end{aligned}'
    """
    rows = rows_of(tex)
    if len(rows) <= most:
        return [tex]
    parts = [rows[start : start + most] for start in range(0, len(rows), most)]
    return ["\\begin{aligned}\n" + " \\\\\n".join(part) + "\n\\end{aligned}" for part in parts]


def _rows(tex: str) -> list[str]:
    rows, start = [], 0
    for token in tokens(tex):
        if token.text == r"\\" and not token.bound:
            rows.append(tex[start : token.place].strip())
            start = token.place + len(token.text)
    return [*rows, tex[start:].strip()]


def _bare_arguments(tex: str) -> str:
    r"""Take the braces off ``\tanh{\left(x\right)}``, which would keep a line in one piece."""
    found, opened, dropped = list(tokens(tex)), [], set()
    for number, token in enumerate(found):
        if token.role is Role.OPEN:
            opened.append(number)
        elif token.role is Role.CLOSE:
            start = opened.pop()
            inside = [t for t in found[start + 1 : number] if t.depth == found[start].depth + 1]
            name = found[start - 1].text if start else ""
            whole = len(inside) >= 2 and inside[0].text.startswith(r"\left")
            if token.text == "}" and whole and name in _FUNCTIONS and inside[-1].role is Role.CLOSE:
                dropped |= {start, number}
    return "".join(token.text for number, token in enumerate(found) if number not in dropped)


def _halves(line: str) -> tuple[str, str]:
    """What stands before the mark of the alignment, and what behind it."""
    marks = [token.place for token in tokens(line) if token.text == "&" and not token.bound]
    if marks:
        return line[: marks[0]].strip(), line[marks[0] + 1 :].strip()
    place = relation_place(line)
    return ("", line) if place is None else (line[:place].strip(), line[place:].strip())


def _parts(head: str, body: str, room: float, taken: float) -> Iterator[str]:
    """The lines of one equation; ``taken`` is what all heads of the display take."""
    if body.startswith((r"\quad", r"\qquad")) and not head:
        start, body = _INDENT, body.partition(" ")[2]
    else:
        start = ""
    if taken == 0.0 and head and width(head) + width(body) > room:
        yield f"&{head}"
        head, start = "", _INDENT
    elif taken == 0.0 and head:
        yield f"&{head} {body}"
        return
    for place, line in enumerate(_fit(body, room - taken, bool(start))):
        begin = f"{head} &" if head and not place else "&"
        yield f"{begin}{start if not place else ''}{line}"


def _fit(body: str, room: float, indented: bool) -> list[str]:
    """The lines of a body; what is too wide although it is broken has fewer fractions."""
    best = _fill(body, room, indented)
    least = max(map(width, best))
    while least > room and (other := without_widest_fraction(body)):
        body = other
        lines = _fill(body, room, indented)
        if max(map(width, lines)) < least:
            best, least = lines, max(map(width, lines))
    return best


def _fill(body: str, room: float, indented: bool) -> list[str]:
    """The lines of a body, as few as the places to break at allow."""
    lines: list[str] = []
    prefix, reopened = "", 0
    places = list(_places(body))
    start, first = 0, True
    while True:
        inside = room - _INDENT_WIDTH * (indented if first else prefix.startswith(_INDENT))
        rest = _closed(body[start:], prefix, reopened, 0)
        ahead = [each for each in places if each.place > start + 1]
        if width(rest) <= inside or not ahead:
            return [*lines, rest]
        tried: list[tuple[_Break, str]] = []
        for each in ahead:
            tried.append((each, _closed(body[start : each.place], prefix, reopened, each.reopened)))
            if width(tried[-1][1]) > _HOPELESS * inside:
                break
        fitting = [
            (each, line)
            for each, line in tried
            if width(line) <= inside and not (each.is_factor and width(line) < _STUB * inside)
        ]
        if fitting:
            chosen, line = min(
                fitting, key=lambda pair: pair[0].cost + _EMPTY * (1 - width(pair[1]) / inside)
            )
        else:
            chosen, line = tried[0]
        lines.append(line)
        start, prefix, reopened, first = chosen.place, chosen.prefix, chosen.reopened, False


def _closed(part: str, prefix: str, reopened: int, open_at_end: int) -> str:
    text = part.strip()
    for space in (*_SPACES, r"\,"):
        text = text.removesuffix(space).rstrip()
    return prefix + r"\left. " * reopened + text + r" \right." * open_at_end


def _places(body: str) -> Iterator[_Break]:
    """Where a body may break, from left to right."""
    opened: list[str] = []
    before: Token | None = None
    found = list(tokens(body))
    for number, token in enumerate(found):
        if token.role is Role.CLOSE:
            opened.pop()
        breakable = all(_is_bracket(text) for text in opened)
        if breakable and before is not None:
            depth = len(opened)
            lefts = sum(text.startswith(r"\left") for text in opened)
            behind = found[number + 1].place if number + 1 < len(found) else len(body)
            if token.is_relation and not depth:
                yield _Break(token.place, _RELATION, lefts, "")
            elif token.text in _SPACES and not depth and behind < len(body):
                yield _Break(behind, _RELATION, lefts, "")
            elif token.is_sign and not _is_unary(before):
                yield _Break(token.place, _SIGN + _DEEPER * depth, lefts, _INDENT)
            elif token.text in _ELEMENTWISE:
                yield _Break(token.place, _FACTOR + _DEEPER * depth, lefts, _INDENT)
            elif _ends_factor(found, number, before):
                yield _Break(token.place, _FACTOR + _DEEPER * depth, lefts, _INDENT + r"\cdot ")
        if token.role is Role.OPEN:
            opened.append(token.text)
        if not token.text.isspace():
            before = token


def _is_bracket(opening: str) -> bool:
    return opening != "{" and not opening.startswith(r"\begin")


def _is_unary(before: Token) -> bool:
    return before.is_relation or before.is_sign or before.role is Role.OPEN or before.text == ","


def _ends_factor(found: list[Token], number: int, before: Token) -> bool:
    """Whether a space stands between two factors."""
    token = found[number]
    if not (token.text.isspace() or token.text == r"\,") or number + 1 >= len(found):
        return False
    after = found[number + 1]
    if after.text.isspace() or after.text in (r"\,", "^", "_", ",", "&") or after.text in _SPACES:
        return False
    if after.is_relation or after.is_sign or after.role is Role.CLOSE or _is_unary(before):
        return False
    if after.text in _ELEMENTWISE or before.text in _ELEMENTWISE or before.text in _SPACES:
        return False
    return not _takes_what_follows(found, number)


def _takes_what_follows(found: list[Token], number: int) -> bool:
    """Whether before a space stands the sign of a sum with its limits, or a function's name."""
    place = number - 1
    while place > 0:
        token = found[place]
        if token.text == "}":
            depth = token.depth
            place -= 1
            while found[place].depth > depth:
                place -= 1
        if found[place - 1].text not in ("^", "_"):
            break
        place -= 2
    return place >= 0 and found[place].text in PREFIXES
