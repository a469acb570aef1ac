"""The site builds without a warning and without a network, and every formula has its verdict."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from longlag.cli import COMMANDS
from longlag.theory import CELLS, LAWS
from tests.pages import TOP

for _package in ("sphinx", "myst_nb", "furo"):
    pytest.importorskip(_package, reason="pip install 'longlag[docs]'")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, with notebooks that were not executed: they have a test of their own."""
    folder = tmp_path_factory.mktemp("site")
    quietly = ["-W", "-q", "--keep-going", "-Dsuppress_warnings=misc.highlighting_failure"]
    quickly = ["-Dnb_execution_mode=off", "-Dchecked_effort=quick"]
    command = [sys.executable, "-m", "sphinx", *quietly, *quickly]
    done = subprocess.run(
        [*command, str(TOP / "docs"), str(folder / "html")],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "html"


@pytest.mark.slow
def test_the_site_builds_and_asks_no_other_machine(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe)[^>]+src="([^"]+)"', text)
        loaded += re.findall(
            r'<link[^>]+rel="(?:stylesheet|preload|icon)"[^>]*href="([^"]+)"', text
        )
        assert not [url for url in loaded if "//" in url], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//|@import", sheet.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_formula_of_the_explanation_was_checked(site: Path) -> None:
    source = {page.stem: page.read_text() for page in (TOP / "docs/explanation").glob("*.md")}
    for name, text in source.items():
        wanted = sum(len(each.split()) - 1 for each in re.findall(r"```\{checked\} (.+)", text))
        page = (site / f"explanation/{name}.html").read_text(encoding="utf-8")
        assert len(re.findall(r'class="claim [a-z]+ docutils', page)) == wanted
        assert page.count('<details class="verdict">') == wanted
        assert page.count("<math") >= wanted
        assert "not expected" not in page
        assert "unexpected" not in page


@pytest.mark.slow
def test_the_reference_has_everything_that_is_registered(site: Path) -> None:
    def told(name: str) -> str:
        return (site / f"reference/{name}.html").read_text(encoding="utf-8")

    assert all(f">{name}<" in told("cells") for name in CELLS)
    assert all(f">{name}<" in told("laws") for name in LAWS)
    assert all(f'id="command-{name}"' in told("command_line") for name in COMMANDS)
    assert "learnability_window" in told("api/theory")


def test_a_missing_package_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from sphinx.errors import ConfigError

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    conf = TOP / "docs/conf.py"
    with pytest.raises(ConfigError, match=r"pip install 'longlag\[docs\]'"):
        exec(compile(conf.read_text(), str(conf), "exec"), {"__file__": str(conf)})
