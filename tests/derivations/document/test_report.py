"""A document in chapters: its order, its links, its index, its families, in a page and in print."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from longlag.derivations import get_derivations
from longlag.derivations.document import Theme, outline, render, write
from longlag.derivations.document.document import Document
from longlag.derivations.document.families import Family
from longlag.derivations.document.html import ROOM
from longlag.derivations.window.law import derive_law
from longlag.theory.errors import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.statement import (
    CheckedDerivation,
    Claim,
    Derivation,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)

LAWS_SHOWN = ("exponential", "polynomial", "logarithmic", "two_exponentials", "constant")
THEMES = (
    Theme("Windows & <laws>", r"Of $f(\ell)$ each.", len(LAWS_SHOWN)),
    Theme("The rest", "What is left.", 2),
)
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
needs_browser = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="chromium is not installed"
)


def refuted(name: str) -> Claim:
    verdict = Verdict(level=Level.REFUTED, method="by hand", counterexample="x = 3")
    statement = Statement(name, Kind.IDENTITY, "x = y", source=Source("A paper", "eq. (1)"))
    return Claim(statement, lambda settings: verdict, "Said", expected_to_hold=False)


@pytest.fixture(scope="module")
def checked() -> list[CheckedDerivation]:
    laws = [derive_law(LAWS[name]) for name in LAWS_SHOWN]
    rest = [*get_derivations("layer_norm"), Derivation("said", "Said wrongly", (refuted("said"),))]
    return [each.check(Settings(examples=1)) for each in (*laws, *rest)]


@pytest.fixture(scope="module")
def document(checked: list[CheckedDerivation]) -> Document:
    return outline(checked, title="All", themes=THEMES)


@pytest.fixture(scope="module")
def page(checked: list[CheckedDerivation]) -> str:
    return render(checked, "html", title="All", themes=THEMES)


@pytest.fixture(scope="module")
def printed(checked: list[CheckedDerivation]) -> str:
    return render(checked, "tex", title="All", themes=THEMES)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def in_order(text: str, *parts: str) -> None:
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_page_and_print_have_one_order(page: str, printed: str) -> None:
    ids = (
        "page.findings",
        "chapter.1",
        "window_exponential",
        "chapter.2",
        "said",
        "page.overview",
        "page.index",
    )
    in_order(page, *(f'id="{each}"' for each in ids))
    in_order(
        printed,
        r"\section*{What holds and what does not}",
        r"\label{chapter.1}",
        r"\label{chapter.2}",
        r"\section*{Appendix",
        r"\section*{Overview}",
        r"\section*{Index of claims}",
    )


def test_what_fails_is_seen_before_any_fold_opens(page: str) -> None:
    before = page[page.index('id="page.findings"') : page.index("x = 3")]
    assert before.count("<details") == before.count("</details")


def test_every_link_resolves_and_no_id_is_twice(page: str) -> None:
    elements = Elements(page).found
    ids = Counter(given["id"] for _, given in elements if "id" in given)
    assert max(ids.values()) == 1
    links = {given["href"] for tag, given in elements if tag == "a"}
    assert {link for link in links if link.removeprefix("#") not in ids} == set()


def test_every_link_of_print_resolves(printed: str) -> None:
    labels = re.findall(r"\\label\{([^}#]+)\}", printed)
    labels += re.findall(r"\\display\{([^}#]+)\}", printed)
    assert max(Counter(labels).values()) == 1
    links = re.findall(r"\\(?:hyperref\[|pageref\{)([^]}#]+)[]}]", printed)
    assert set(links) <= set(labels)


def test_every_equation_has_its_id_and_its_tex(document: Document, page: str) -> None:
    for equation in document.equations:
        (piece,) = re.findall(rf'id="{equation.anchor}".*?</math>', page, re.DOTALL)
        (given,) = [
            a["alttext"] for t, a in Elements(piece[piece.index("<div") :]).found if t == "math"
        ][-1:]
        assert given == equation.within(ROOM)


def test_every_claim_is_in_the_index_once(document: Document, page: str, printed: str) -> None:
    anchors = Counter(equation.anchor for equation in document.equations)
    assert Counter(re.findall(r'data-claim="([^"]+)"', page)) == anchors
    lines = re.findall(r"^\\indexed\{.*\}\{([^}]+)\}\{(\d+)\}\{([a-z]+)\}$", printed, re.MULTILINE)
    assert Counter(anchor for anchor, _, _ in lines) == anchors
    levels = {equation.anchor: str(equation.verdict.level) for equation in document.equations}
    assert {anchor: level for anchor, _, level in lines} == levels


def test_the_index_is_sorted_and_tells_namesakes_apart(document: Document) -> None:
    names = [entry.words for entry in document.index]
    assert len(set(names)) == len(names)
    assert names == sorted(names, key=lambda words: words.lower())
    assert "Said" in names
    assert "Samples needed: Exponential decay" in names


def test_a_page_loads_nothing(page: str) -> None:
    for tag, given in Elements(page).found:
        assert not {"srcset", "action", "background", "poster"} & set(given)
        assert given.get("src", "data:").startswith("data:"), tag
        assert tag == "a" or "href" not in given, tag
        assert given.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", page)


def test_steps_of_a_family_are_told_once(document: Document, page: str, printed: str) -> None:
    (family,) = document.families
    assert [section.anchor for section in family.sections] == [f"window_{n}" for n in LAWS_SHOWN]
    step = next(step for step in family.steps if step.name == "sample_size")
    assert len(step.equations) == len(LAWS_SHOWN)
    assert step.text.startswith("$N(")
    assert page.count("which solves") == printed.count("which solves") == 1
    # A constant envelope has no exponent of its own.
    assert (
        "window_constant"
        not in next(step for step in family.steps if step.name == "local_exponent").equations
    )


def test_what_a_section_says_in_its_own_words_stays(document: Document, page: str) -> None:
    (family,) = document.families
    own = [
        equation.claim.text
        for equation in document.equations
        if (step := family.step(equation)) and not step.tells(equation)
    ]
    assert own
    bare = re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]*>", "", page)))
    assert all(text.partition("$")[0] in bare for text in own)


def test_sections_apart_are_no_family(checked: list[CheckedDerivation]) -> None:
    mixed = [checked[0], checked[-1], checked[1]]
    found = outline(mixed, title="All", themes=[Theme("Mixed", "", 3)])
    assert not any(isinstance(group, Family) for group in found.chapters[0].groups)


def test_a_number_that_decides_is_told_once() -> None:
    def detail(method: str, where: str) -> str:
        verdict = Verdict(level=Level.REFUTED, method=method, counterexample=where, points=15)
        statement = Statement("slope", Kind.IDENTITY, "b = 1")
        claim = Claim(statement, lambda _: verdict, expected_to_hold=False)
        return outline([Derivation("s", "S", (claim,)).check()], title="").equations[0].detail

    assert detail("slope 0.8 ± 0.1; over seeds", "slope 0.8 ± 0.1") == (
        "slope 0.8 ± 0.1; over seeds; 15 points"
    )
    assert detail("a search", "x = 3") == "a search; 15 points; fails at x = 3"


def test_an_option_keeps_both_hyphens_in_print() -> None:
    text = Text("longlag experiment run signal --size small; 3 -- 4")
    printed = render([Derivation("s", "S", (text,)).check()], "tex", title="All")
    assert "signal -{}-size small; 3 -- 4" in printed


class Unbroken:
    """A reading that takes a display for its own only while it stands on one line."""

    is_whole = True

    def difference(self, tex: str) -> str | None:
        return "it was torn apart" if "aligned" in tex else None


@pytest.mark.parametrize("format", ["html", "tex"])
def test_a_display_is_read_back_as_it_is_broken(format: str) -> None:
    def of(terms: int) -> list[CheckedDerivation]:
        tex = "y = " + " + ".join(f"x_{{{number}}}" for number in range(terms))
        statement = Statement("sum", Kind.IDENTITY, tex, reading=Unbroken())
        verdict = Verdict(level=Level.PROVED, method="by hand")
        return [Derivation("sums", "Sums", (Claim(statement, lambda _: verdict),)).check()]

    assert "x_{3}" in render(of(4), format, title="All")
    with pytest.raises(LonglagError, match="torn apart"):
        render(of(40), format, title="All")


def test_a_section_may_bear_any_name() -> None:
    names = ("index", "findings", "search", "chapter-1", "family")
    sections = [Derivation(name, name, (refuted("family"),)).check() for name in names]
    ids = Counter(
        given["id"]
        for _, given in Elements(
            render(sections, "html", title="All", themes=[Theme("All", "", len(names))])
        ).found
        if "id" in given
    )
    assert max(ids.values()) == 1


def test_chapters_hold_every_section(checked: list[CheckedDerivation]) -> None:
    with pytest.raises(LonglagError, match="chapters of 3 sections"):
        outline(checked, title="All", themes=[Theme("Few", "", 3)])


def test_without_chapters_a_document_is_as_before(checked: list[CheckedDerivation]) -> None:
    found = outline(checked, title="All")
    assert (found.has_chapters, found.families) == (False, ())
    assert [section.label for section in found.sections] == ["1", "2", "3", "4", "5", "6", "7"]


@needs_tex
def test_print_has_bookmarks_and_shrinks_nothing(
    checked: list[CheckedDerivation], tmp_path: Path
) -> None:
    tex = write(checked, "tex", tmp_path / "all.tex", title="All", themes=THEMES)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", tex.name]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=120)
    assert b"shrunk" not in done.stdout
    assert b"undefined" not in done.stdout
    bookmarks = (tmp_path / "all.out").read_text()
    for title in ("What holds", "Index of claims", "Appendix", "The rest"):
        assert "".join(rf"\000{letter}" for letter in title).replace(" ", r"\040") in bookmarks


def seen(page: str, folder: Path, *, fragment: str = "", script: str = "") -> str:
    """What a browser makes of a page, after a script of the test has run on it."""
    path = folder / "page.html"
    path.write_text(page.replace("</body>", f"<script>{script}</script></body>"))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    done = subprocess.run(
        [*command, path.as_uri() + fragment], capture_output=True, check=True, timeout=120
    )
    return done.stdout.decode()


@needs_browser
def test_a_link_into_a_fold_opens_it(page: str, tmp_path: Path) -> None:
    shut = seen(page, tmp_path)
    assert '<details class="part" id="window_polynomial">' in shut
    opened = seen(page, tmp_path, fragment="#window_polynomial--horizon")
    assert '<details class="part" id="window_polynomial" open="">' in opened
    assert '<details class="part" id="window_exponential">' in opened


@needs_browser
def test_a_search_finds_words_and_tex(page: str, tmp_path: Path) -> None:
    def found(words: str) -> str:
        script = (
            f"const box = document.getElementById('page.search'); box.value = {words!r};"
            "box.dispatchEvent(new Event('input'));"
        )
        dom = seen(page, tmp_path, script=script)
        return dom[dom.index('<ol id="page.found"') :].partition("</ol>")[0]

    assert found("polynomial horizon").count("<li>") == 1
    assert 'href="#window_polynomial--horizon"' in found("polynomial horizon")
    assert 'href="#layer_norm--layer_norm_factor"' in found(r"\langle")
    assert found("refuted said").count("badge refuted") == 1
    assert "nothing has all these words" in found("no such words")


@needs_browser
def test_a_button_copies_the_tex(document: Document, page: str, tmp_path: Path) -> None:
    first = document.equations[0]
    script = (
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: text => "
        "{ document.title = text; return Promise.resolve(); }}});"
        f"document.querySelector('#{first.anchor} button').click();"
    )
    dom = seen(page, tmp_path, script=script)
    (title,) = re.findall(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert html.unescape(title).split() == first.within(ROOM).split()


@needs_browser
def test_without_mathml_the_tex_is_shown(document: Document, page: str, tmp_path: Path) -> None:
    assert '<p id="page.no-mathml" class="unexpected" hidden="">' in seen(page, tmp_path)
    # What a browser measures that does not know MathML.
    ignorant = page.replace('<mspace width="20px"', '<mspace width="0px"')
    assert ignorant != page
    dom = seen(ignorant, tmp_path)
    assert '<p id="page.no-mathml" class="unexpected">' in dom
    assert "<mrow" not in dom.partition("<script>")[0]
    for equation in document.equations:
        assert html.escape(equation.within(ROOM), quote=False) in dom
