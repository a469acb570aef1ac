"""Line breaks in generated source."""

from __future__ import annotations

from collections.abc import Iterator

#: Lines are broken past this column where they can be.
WIDTH = 100

_OPEN, _CLOSE = "([{", ")]}"


def wrap(line: str, width: int = WIDTH) -> list[str]:
    """Break a long statement at its outermost sum or bracket.

    Args:
        line: ``name = value``, ``return value`` or any line with brackets, indented or not.
        width: the widest line.

    >>> print("\\n".join(wrap("total = alpha*x + beta*y", 20)))
    total = (
        alpha*x
        + beta*y
    )
    """
    if len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    for head in ("return ", line.strip().partition(" = ")[0] + " = "):
        value = line.strip().removeprefix(head)
        if value != line.strip() and len(_terms(value)) > 1:
            inner = [part for term in _terms(value) for part in wrap(f"{indent}    {term}", width)]
            return [f"{indent}{head}(", *inner, f"{indent})"]
    return _wrap_bracket(line, indent, width)


def _wrap_bracket(line: str, indent: str, width: int) -> list[str]:
    """Break inside the widest outermost bracket of a line."""
    spans = list(_brackets(line))
    if not spans:
        return [line]
    start, end = max(spans, key=lambda span: span[1] - span[0])
    content = line[start + 1 : end]
    parts = _split(content, ", ")
    parts = [f"{part}," for part in parts] if len(parts) > 1 else _terms(content)
    if len(parts) == 1 and len(content) < width // 2:
        return [line]
    inner = [piece for part in parts for piece in wrap(f"{indent}    {part}", width)]
    return [line[: start + 1], *inner, f"{indent}{line[end:]}"]


def _terms(text: str) -> list[str]:
    """The terms of a sum, each with its sign in front."""
    parts: list[str] = []
    for part in _split(text, " + "):
        first, *others = _split(part, " - ")
        parts += [first if not parts else f"+ {first}", *(f"- {other}" for other in others)]
    return parts


def _split(text: str, separator: str) -> list[str]:
    """Split outside brackets."""
    parts: list[str] = []
    depth = start = 0
    for position, character in enumerate(text):
        depth += (character in _OPEN) - (character in _CLOSE)
        if depth == 0 and text.startswith(separator, position):
            parts.append(text[start:position])
            start = position + len(separator)
    return [*parts, text[start:]]


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """The positions of the outermost pairs of brackets."""
    depth = start = 0
    for position, character in enumerate(text):
        if character in _OPEN:
            start = position if depth == 0 else start
            depth += 1
        elif character in _CLOSE:
            depth -= 1
            if depth == 0:
                yield start, position
