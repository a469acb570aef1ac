"""The code of every page runs, its commands exist, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from longlag.cli import COMMANDS, app
from tests.cli.commands.test_commands import run
from tests.pages import TOP, Shown, alike, blocks, commands, run_python

DOCS = TOP / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
NAMES = [str(page.relative_to(DOCS)) for page in PAGES]
SHOWN = [
    pytest.param(shown, id=f"{name}: {' '.join(shown.arguments)}"[:80])
    for page, name in zip(PAGES, NAMES, strict=True)
    for shown in commands(page)
]
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_its_code_runs(page: Path) -> None:
    run_python(page)


def test_pages_have_code_and_commands() -> None:
    assert sum(block.language == "python" for page in PAGES for block in blocks(page)) > 15
    named = {shown.values[0].arguments[0] for shown in SHOWN}
    assert named >= set(COMMANDS) - {"list", "report", "findings"}


@pytest.mark.parametrize("shown", SHOWN)
def test_a_command_is_one_and_prints_what_is_shown(
    shown: Shown, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    group: Any = get_group(app)
    context = group.make_context("longlag", list(shown.arguments))
    words = list(shown.arguments)
    while hasattr(group, "commands"):
        name, group, words = group.resolve_command(context, words)
        context = group.make_context(name, list(words), parent=context)
    if shown.output.strip():
        monkeypatch.setenv("COLUMNS", "98")
        run(*shown.arguments)
        captured = capsys.readouterr()
        assert alike(captured.out + captured.err, shown.output)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_its_links_lead_somewhere(page: Path) -> None:
    lost = []
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.is_file() or (anchor and anchor not in _anchors(target)):
            lost.append(link)
    assert not lost


def _anchors(page: Path) -> set[str]:
    """The headings of a page as links name them, and the sections of its commands."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    names = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return names | {f"command-{name}" for name in COMMANDS if "{commands}" in text}
