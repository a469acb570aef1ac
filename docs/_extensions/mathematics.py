"""Mathematics as MathML, written by longlag when the page is: no script, no font, no network."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number

from longlag.derivations.document.mathml import mathml
from longlag.theory.errors import LonglagError
from longlag.theory.typeset.characters import math_tex


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer; ``html_math_renderer = "longlag"`` chooses it."""
    app.add_html_math_renderer("longlag", (_inline, None), (_display, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_mathml(node, display=False))
    raise nodes.SkipNode


def _display(writer: Any, node: nodes.math_block) -> None:
    tex = _mathml(node, display=True)
    name = f' id="{html.escape(node["ids"][0])}"' if node["ids"] else ""
    number = ""
    if node["number"]:
        place = get_node_equation_number(writer, node)
        link = f'<a href="#{node["ids"][0]}" title="Link to this equation">({place})</a>'
        number = f'<span class="equation-number">{link}</span>'
    writer.body.append(
        f'<div class="display"{name}><div class="display-scroll" tabindex="0">{tex}</div>'
        f"{number}</div>\n"
    )
    raise nodes.SkipNode


def _mathml(node: nodes.Element, *, display: bool) -> str:
    # A notebook puts \displaystyle in front, which a display is in any case.
    tex = node.astext().strip().removeprefix(r"\displaystyle").strip()
    try:
        return mathml(math_tex(tex), display=display)
    except LonglagError as error:
        place = f"{node.source or (node.document and node.document['source'])}:{node.line or ''}"
        raise LonglagError(f"{place}: {error.value}", error.rule, error.remedy) from error
