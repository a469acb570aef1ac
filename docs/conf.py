"""How the pages are built: ``make docs``, without a network, into build/docs."""

from __future__ import annotations

import os
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ConfigError

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE))
# Checks run small matrices, on which threads wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Nor does a page tell what a command printed another day.
os.environ["LONGLAG_FRESH"] = "1"
# Commands in notebooks are those of this interpreter.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
for _package in ("myst_nb", "furo", "ipykernel"):
    if find_spec(_package) is None:
        raise ConfigError(f"{_package} is missing: pip install 'longlag[docs]'")

from jupyter_cache.executors import utils as executors  # noqa: E402

from longlag import __version__  # noqa: E402
from longlag.derivations.document.levels import LEVELS  # noqa: E402

project = "longlag"
author = "The longlag authors"
release = version = __version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_nb",
    "_extensions.mathematics",
    "_extensions.checked",
    "_extensions.registries",
    "_extensions.commands",
    "_extensions.docstrings",
]
exclude_patterns = ["_extensions"]
templates_path: list[str] = []

# Quotes and dashes are those that were typed: -- begins an option.
smartquotes = False
# What a block prints, and a shell, are no Python.
highlight_language = "none"

html_theme = "furo"
html_title = "longlag"
html_static_path = ["_static"]
html_css_files = ["longlag.css"]
html_math_renderer = "longlag"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
# No page asks another machine for anything, and none tells it that somebody reads.
html_use_opensearch = ""

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3

# Badges have the colours that they have in every document.
_COLOURS = "".join(
    f".badge.{level} {{ background: #{style.colour}; }} "
    f"div.claim.container.{level} {{ border-left-color: #{style.colour}; }}\n"
    for level, style in LEVELS.items()
)

# Notebooks are executed when their code has changed; outputs are never committed.
nb_execution_mode = "cache"
# What a notebook writes stays out of the repository.
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_execution_raise_on_error = True
# Pieces of a stream are joined as they came; myst-nb would put a line end between them.
executors.executenb = partial(executors.executenb, coalesce_streams=True)

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True


def _add_colours(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    context["metatags"] = context.get("metatags", "") + f"<style>\n{_COLOURS}</style>"


def setup(app: Sphinx) -> None:
    """Write the colours of verdicts into every page."""
    app.connect("html-page-context", _add_colours)
