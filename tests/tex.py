"""Whether TeX is sound: by its structure everywhere, by pdfLaTeX where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from latex2mathml.converter import convert

from longlag.theory.typeset.tokens import Role, tokens

#: What TeX wants in pairs.
_BINDING = r"[{}]|\\(left|right)(?![a-z])|\\(begin|end)\b"
_PAIRS = {"{": "}", r"\left": r"\right", r"\begi": r"\end"}

needs_pdflatex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdfLaTeX is not installed"
)


def needs_class(name: str) -> pytest.MarkDecorator:
    """Skip a test where a class or a package of LaTeX is not installed."""
    found = (
        shutil.which("kpsewhich")
        and subprocess.run(["kpsewhich", name], capture_output=True, check=False).stdout.strip()
    )
    return pytest.mark.skipif(not found, reason=f"{name} is not installed")


def assert_sound(tex: str) -> None:
    """Raise unless groups close in order and & and \\\\ stand inside an environment."""
    opened: list[str] = []
    for token in tokens(tex):
        if re.match(_BINDING, token.text) and token.role is Role.OPEN:
            opened.append(token.text)
        elif re.match(_BINDING, token.text):
            opening = opened.pop()
            assert _PAIRS[opening[:5]] == token.text[: len(_PAIRS[opening[:5]])], tex
            assert opening[6:] == token.text[4:] or not opening.startswith(r"\begin"), tex
        elif token.text in ("&", r"\\"):
            assert opened, f"a bare {token.text} in {tex}"
            assert opened[-1].startswith(r"\begin"), f"a bare {token.text} in {tex}"
    assert not opened, tex
    assert "$" not in tex.replace(r"\$", "")
    convert(tex)


def compile_article(
    body: str, folder: Path, *, preamble: str = "", documentclass: str = r"\documentclass{article}"
) -> str:
    """Compile a text and return the log; raise with the first error where it does not compile."""
    needed = r"\usepackage[T1]{fontenc}\usepackage{lmodern,amsmath,amssymb}"
    text = (
        f"{documentclass}\n{preamble or needed}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
    (folder / "article.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "article.tex"],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=120,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "max_print_line": "10000"},
    )
    log = done.stdout.decode("utf-8", errors="replace")
    errors = re.findall(r"^!.*$|^l\.\d+.*$", log, re.MULTILINE)
    assert done.returncode == 0, " ".join(errors)[:2000]
    return log


def compile_displays(displays: Iterable[str], folder: Path) -> None:
    r"""Compile formulas in all places where mathematics may stand."""
    frames = ("\\[\n{}\n\\]", "${}$", "\\begin{{equation}}\n{}\n\\end{{equation}}")
    body = "\n\n".join(frame.format(tex) for tex in displays for frame in frames)
    compile_article(body, folder)
