"""What a notebook shows is valid for MathJax, in a browser and alone, and for KaTeX."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pages import TOP
from tests.theory.typeset.test_public import everything

_MODULES = TOP / "tests/mathjax/node_modules"
_MATHJAX = _MODULES / "mathjax/es5"
_BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(
    not (_MODULES / "katex").is_dir(), reason="not there: npm ci --prefix tests/mathjax"
)

#: As Jupyter sets it up: formulas between dollar signs, in the text of a page. What MathJax does
#: not know is an error here, and not a word in red.
_PAGE = """<!DOCTYPE html><meta charset="utf-8">
<script>
MathJax = {{
  tex: {{inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true,
         packages: {{"[-]": ["noerrors", "noundefined"]}}}},
  options: {{enableMenu: false}},
  startup: {{pageReady: () => MathJax.startup.defaultPageReady().then(
    () => document.body.setAttribute("data-done", "yes"))}}
}};
</script>
<script src="{script}"></script>
<body>{body}</body>
"""
_NODE = """
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const packages = ["base", "ams", "boldsymbol", "cases", "color", "mathtools", "newcommand"];
require(process.argv[1]).init({loader: {load: ["input/tex-full"]}, tex: {packages}})
  .then((MathJax) => {
    const wrong = (tex) => MathJax.tex2mml(tex).match(/data-mjx-error="([^"]*)"/)?.[1] ?? "";
    console.log(JSON.stringify(formulas.map(wrong)));
  });
"""
#: VS Code typesets by KaTeX.
_KATEX = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const strict = {throwOnError: true, strict: "error"};
const wrong = (tex) => {
  try { katex.renderToString(tex, strict); return ""; } catch (error) { return error.message; }
};
console.log(JSON.stringify(formulas.map(wrong)));
"""


@pytest.fixture(scope="module")
def notebooks() -> dict[str, str]:
    """What each public object shows in a notebook."""
    return {name: thing._repr_latex_() for name, thing in everything()}


def in_browser(shown: dict[str, str], folder: Path) -> str:
    """Typeset in a headless browser and return the page afterwards."""
    body = "\n".join(f"<p>{html.escape(text)}</p>" for text in shown.values())
    page = folder / "page.html"
    page.write_text(_PAGE.format(script=(_MATHJAX / "tex-chtml-full.js").as_uri(), body=body))
    done = subprocess.run(
        [
            str(_BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=60000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(_BROWSER is None, reason="Chromium is not installed")
def test_a_browser_typesets_all_of_it(notebooks: dict[str, str], tmp_path: Path) -> None:
    shown = {**notebooks, "invalid": r"$\nosuchcommand{x}$"}
    page = in_browser(shown, tmp_path)
    assert 'data-done="yes"' in page
    parts = re.findall(r"<p>(.*?)</p>", page, re.DOTALL)
    assert len(parts) == len(shown)
    outside = (
        re.sub(r"<mjx-container.*</mjx-container>", "", part, flags=re.DOTALL) for part in parts
    )
    wrong = {
        name: re.findall(r'data-mjx-error="([^"]*)"', part) or left[:200]
        for name, part, left in zip(shown, parts, outside, strict=True)
        if "mjx-merror" in part or left or part.count("<mjx-container") != 1
    }
    # The page itself must be able to fail.
    assert wrong.pop("invalid")
    assert not wrong


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize(
    ("program", "library"), [(_NODE, "mathjax/es5/node-main.js"), (_KATEX, "katex/dist/katex.js")]
)
def test_each_library_alone_typesets_all_of_it(
    notebooks: dict[str, str], program: str, library: str
) -> None:
    formulas = [text.removeprefix("$").removesuffix("$") for text in notebooks.values()]
    done = subprocess.run(
        ["node", "-e", program, str(_MODULES / library)],
        input=json.dumps([*formulas, r"\nosuchcommand{x}"]),
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    *found, invalid = json.loads(done.stdout)
    assert invalid
    wrong = {name: said for name, said in zip(notebooks, found, strict=True) if said}
    assert not wrong
