"""Docstrings as the house writes them, in the form that Sphinx reads."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

#: Code, roles and doctests, which stay; TeX; a bar or a star of a formula, which would be markup.
_TOKENS = re.compile(
    r"(?P<kept>``.+?``|:[a-z:]+:`[^`]+`|`[^`]+`)|\$(?P<tex>[^$\n]+)\$|(?P<mark>[|*\\])|(?P<word>\w_)(?!\w)"
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what reads them."""
    app.connect("autodoc-process-docstring", _process, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _process(
    app: Sphinx, what: str, name: str, thing: object, options: Any, lines: list[str]
) -> None:
    """Put formulas in roles and escape their bars; a doctest is left as it is."""
    inside = False
    for place, line in enumerate(lines):
        inside = bool(line.strip()) and (inside or line.lstrip().startswith(">>>"))
        if not inside:
            lines[place] = _TOKENS.sub(_written, line)


def _written(match: re.Match[str]) -> str:
    if match["kept"]:
        return match["kept"]
    if match["tex"]:
        return f":math:`{match['tex']}`"
    return f"\\{match['mark']}" if match["mark"] else f"{match['word'][:-1]}\\_"
