"""The templates beside this file, with the delimiters that each language can stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
#: Braces and percent signs mean something else in TeX.
_TEX_DELIMITERS = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}


def fill(template: str, *, escape: bool, **values: Any) -> str:
    """Return a template of this folder with its values in place.

    Args:
        template: the file's name.
        escape: whether strings are escaped for HTML; otherwise the delimiters are those for TeX.
        values: everything the template names; a name without a value is an error.
    """
    # Markdown and plain text have no template: who asks for them need not wait for its library.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **({} if escape else _TEX_DELIMITERS),  # type: ignore[arg-type]
    )
    return environment.get_template(template).render(**values)
