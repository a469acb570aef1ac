"""Every displayed equation carries its verdict, in every format; and the check of that can fail."""

from __future__ import annotations

import errno
import html
import os
import re
import shutil
import subprocess
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sympy import Interval, S, cos, exp, sin, symbols

from longlag.derivations.document import FORMATS, Format, draw, render, write
from longlag.derivations.document.html import ROOM as PAGE_ROOM
from longlag.derivations.document.latex import _ROOM
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.document.mathml import mathml, plain_text
from longlag.derivations.document.outline import outline
from longlag.derivations.document.prose import runs
from longlag.theory import LonglagError, effective_learning_rates, jacobian, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.statement import (
    CheckedDerivation,
    Claim,
    Derivation,
    Figure,
    Item,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Table,
    Text,
    Verdict,
)
from longlag.theory.transport.rates import rate_definitions
from longlag.theory.typeset import characters as document_characters
from longlag.theory.typeset.shown import aligned
from longlag.theory.verify import verify

TEXT_FORMATS = ("tex", "md", "html")
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
x, alpha_n = symbols("x alpha_n", positive=True)
DOMAINS = {x: Interval(1, 3), alpha_n: Interval(0, 1)}
TRUE = Relation(Kind.IDENTITY, sin(x) ** 2 + cos(x) ** 2, S(1), DOMAINS)
FALSE = Relation(Kind.IDENTITY, (1 - alpha_n) ** x, exp(-alpha_n * x), DOMAINS)
NASTY = (
    r"Noise of index $\alpha_{n}$, a_b & 100 % of #1 {x} ~ ^ \ <tag> 3 > 2 | [y](z) *w*: "
    "κ‖x₁₂‖ × 10⁻⁵ − 3 ± ½, ℝ, x̂, 𝐃, naïve Łódź – dash — “quotes” … costs \\$5.\n\n"
    "1. A second paragraph says `layer_norm --flag` and $‖W_{hh}‖_2 < 1$, $α₂$."
)


def draw_line(settings: Settings) -> Any:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(3, 2))
    axes.plot([0, settings.examples], [0, 1])
    axes.set_xlabel(r"lag $\ell$")
    return figure


def fail_to_draw(settings: Settings) -> Any:
    raise RuntimeError("the pen broke")


def claim(name: str, tex: str, verdict: Verdict, **options: Any) -> Claim:
    return Claim(Statement(name, Kind.IDENTITY, tex), lambda settings: verdict, **options)


def small(*items: Item, name: str = "small") -> list[CheckedDerivation]:
    return [Derivation(name, "A small derivation", items).check()]


MEASURED = Verdict(level=Level.MEASURED, method="autograd, $H=7$, float64", points=20, error=3e-15)


@pytest.fixture(scope="module")
def by_hand() -> list[CheckedDerivation]:
    published = Source("Some paper & friends", "eq. (3)", "arXiv v2")
    refuted = Statement("wrong_form", Kind.IDENTITY, FALSE.latex(), ("$x > 1$", "a_b"), published)
    first = Derivation(
        "nasty_names",
        r"50% of $\mu_{\text{eff}}$ & _names_ # with α ≤ κ²",
        (
            Text(NASTY, "On $\\alpha$ & co_"),
            Claim(
                Statement("pythagoras", Kind.IDENTITY, TRUE.latex(), ("$x$ real",)),
                lambda settings: verify(TRUE, settings),
                title="Proved",
                text="With $x^2$.",
            ),
            Claim(
                refuted, lambda settings: verify(FALSE, settings), "Wrong", expected_to_hold=False
            ),
            claim("lines", aligned(["a = b", r"&\quad + c", r"\|x\| &\le d"]), MEASURED),
            Figure("the_line", r"A line of $c\,\ell$ at 50 %, _so_", draw_line),
            claim("lines_again", aligned(["a = b", r"&\quad + c", r"\|x\| &\le d"]), MEASURED),
        ),
    )
    second = Derivation(
        "nasty",
        "Ours, wrong",
        (Claim(Statement("names", Kind.IDENTITY, FALSE.latex()), lambda s: verify(FALSE, s)),),
    )
    return [first.check(Settings(examples=8, seed=3)), second.check()]


@pytest.fixture(scope="module")
def all_cells() -> list[CheckedDerivation]:
    found = []
    for name, cell in CELLS.items():
        rates = effective_learning_rates(cell)
        displays = {
            "update": cell.latex(),
            "jacobian": jacobian(cell).latex(),
            "transport_1": transport(cell, 1).latex(),
            "transport_2": transport(cell, 2).latex(),
            "rates": rates.latex(),
            "rate_definitions": aligned(rate_definitions(rates.first_order)),
        }
        verdicts = [Verdict(level=level, method=f"route of {name}") for level in Level]
        claims = [
            claim(display, tex, verdict)
            for (display, tex), verdict in zip(displays.items(), verdicts, strict=True)
        ]
        found.append(Derivation(name, f"The cell {name}", tuple(claims)).check())
    return found


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    path = tmp_path_factory.mktemp("figures") / "line.svg"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return {"nasty_names--the_line": path}


# What every format must keep: the equation, its verdict after it, before the next equation.

EQUATION_START = {
    "tex": lambda equation: rf"\display{{{equation.anchor}}}{{{equation.number}}}",
    "md": lambda equation: f'<a id="{equation.anchor}"></a>',
    "html": lambda equation: f'id="{equation.anchor}"',
}
BADGE = {
    "tex": lambda level: rf"\badge{{{level}}}",
    "md": lambda level: f"**{level}** — ",
    "html": lambda level: f'<span class="badge {level}">{level}</span>',
}
#: What comes behind the last section.
BEHIND = {"tex": r"\section*{Overview}", "html": '<section id="page.overview">'}
COMMANDS = re.compile(
    r"\\(?:allowbreak|ensuremath|Vert|vert|lbrace|rbrace|thinspace|negthinspace|lt|gt)\b"
)


#: What a line needs that is broken.
BREAKS = re.compile(
    r"\\(?:begin|end)\{aligned\}|\\\\\n&\\quad \\cdot|\\(?:left|right)\.|\\quad|\\,"
)


def letters(text: str, format: str) -> str:
    if format == "tex":
        text = BREAKS.sub("", text)
    if format == "html":
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
    return re.sub(r"[^A-Za-z0-9]", "", COMMANDS.sub("", text))


def segments(text: str, format: str, checked: list[CheckedDerivation]) -> list[tuple[int, int]]:
    """Where each equation begins and where the next one does."""
    starts, position = [], 0
    for equation in outline(checked, title="").equations:
        marker = EQUATION_START[format](equation)
        position = text.find(marker, position)
        assert position >= 0, f"equation ({equation.number}) is missing or out of order"
        starts.append(position)
    end = text.find(BEHIND[format], position) if format in BEHIND else len(text)
    return list(zip(starts, [*starts[1:], end], strict=True))


def assert_verdicts(text: str, format: str, checked: list[CheckedDerivation]) -> None:
    equations = outline(checked, title="").equations
    assert len(equations) == sum(len(each.checked) for each in checked)
    everyone = [each for derivation in checked for each in derivation.checked]
    spans = segments(text, format, checked)
    for each, equation, (start, end) in zip(everyone, equations, spans, strict=True):
        piece, tex = text[start:end], each.claim.statement.tex
        where = f"equation ({equation.number}) of the format {format}"
        if format == "html":
            shown = equation.within(PAGE_ROOM)
            assert mathml(shown, display=True) in piece, f"{where} is not displayed"
        else:
            # On a page a fraction wider than a line is a product.
            shown = equation.within(_ROOM) if format == "tex" else tex
            assert letters(shown, format) in letters(piece, format), f"{where} is not displayed"
        badge = BADGE[format](each.verdict.level)
        assert piece.count(badge) == 1, f"{where} has no verdict"
        after = piece[piece.index(badge) + len(badge) :]
        detail = each.verdict.summary().split(": ", 1)[1]
        detail = plain_math(detail) if format == "html" else detail
        assert letters(after, format).startswith(letters(detail, format)), f"{where}: {detail}"
        assert str(each.claim.statement.kind) in after


def plain_math(text: str) -> str:
    return "".join(plain_text(r.text) if r.kind.value == "math" else r.text for r in runs(text))


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_every_equation_carries_its_verdict(
    format: str, by_hand: Any, all_cells: Any, figures: Any
) -> None:
    for checked in (by_hand, all_cells, by_hand + all_cells):
        text = render(checked, format, title="All", figures=figures)
        assert_verdicts(text, format, checked)


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_a_dropped_or_swapped_verdict_is_noticed(
    format: str, by_hand: list[CheckedDerivation], figures: dict[str, Path]
) -> None:
    text = render(by_hand, format, title="All", figures=figures)
    levels = [each.verdict.level for each in (*by_hand[0].checked, *by_hand[1].checked)]
    for (start, end), level in zip(segments(text, format, by_hand), levels, strict=True):
        badge, other = BADGE[format](level), BADGE[format](Level.CERTIFIED)
        for wrong in ("", other, badge + badge):
            doctored = text[:start] + text[start:end].replace(badge, wrong) + text[end:]
            with pytest.raises(AssertionError, match="verdict"):
                assert_verdicts(doctored, format, by_hand)
        shortened = text[:start] + text[start:end].replace(badge, badge + "nothing") + text[end:]
        with pytest.raises(AssertionError):
            assert_verdicts(shortened, format, by_hand)
        with pytest.raises(AssertionError, match="missing"):
            assert_verdicts(text[:start] + text[end:], format, by_hand)


@needs_tex
def test_no_display_of_a_cell_is_shrunk_in_print(all_cells: Any, tmp_path: Path) -> None:
    path = write(all_cells, "tex", tmp_path / "all.tex", title="All")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error"]

    def log(tex: str) -> bytes:
        path.write_text(tex)
        done = subprocess.run([*command, path.name], cwd=tmp_path, capture_output=True, check=True)
        return done.stdout

    text = path.read_text()
    assert b"shrunk display" not in log(text)
    # A display that nothing breaks would be told.
    wide = text.replace(
        r"\display{leaky--update}{7}{", r"\display{leaky--update}{7}{\rule{9in}{1pt}"
    )
    assert wide != text
    assert b"shrunk display leaky--update" in log(wide)


@needs_tex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_pdf_carries_every_verdict_in_order(all_cells: Any, by_hand: Any, tmp_path: Path) -> None:
    checked = by_hand + all_cells
    path = write(checked, "pdf", tmp_path / "all.pdf", title=r"All of $M_{t,\ell}$ & more")
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    text = letters(unicodedata.normalize("NFKC", done.stdout.decode()), "pdf")
    position = 0
    for each in (each for derivation in checked for each in derivation.checked):
        method = each.verdict.method.partition("$")[0]
        needle = letters(each.verdict.level + method, "pdf")
        position = text.find(needle, position)
        assert position >= 0, f"{each.claim.statement.name}: {needle}"
        position += len(needle)
    assert sorted(tmp_path.iterdir()) == [path]


def test_unexpected_verdicts_are_named(by_hand: Any, figures: Any) -> None:
    document = outline(by_hand, title="All")
    assert [equation.number for equation in document.unexpected] == [5]
    remarks = [equation.remark for equation in document.equations]
    assert remarks[:2] == ["", "as expected: the statement does not survive"]
    assert remarks[4].startswith("unexpected")
    for format in TEXT_FORMATS:
        text = render(by_hand, format, title="All", figures=figures)
        assert text.count("unexpected: this statement was expected to hold") == 1
        assert "Not as expected" in text
        right = render(by_hand[:1], format, title="All", figures=figures)
        assert "Every verdict is the expected one." in right


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_header_tables_and_small_print(format: str, by_hand: Any, figures: Any) -> None:
    text = render(by_hand, format, title="All", figures=figures)
    for expected in (
        "longlag 0.",
        "8 examples per check, seed 3, 50 digits",
        "5 examples per check, seed 0",
        "1 proved, 2 measured, 1 refuted",
        "newest factor on the left",
        "effective learning rate",
        "arXiv v2",
        "assuming",
        "derived here",
    ):
        assert expected in text
    assert not re.search(r"\b20[2-9]\d\b", text), "a document has no date"


@pytest.mark.parametrize("format", [*TEXT_FORMATS, pytest.param("pdf", marks=needs_tex)])
def test_same_input_same_bytes(format: str, by_hand: Any, tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        path = write(by_hand, format, tmp_path / name / f"report.{format}", title="All")
        files = sorted(file for file in path.parent.rglob("*") if file.is_file())
        contents.append([(file.relative_to(path.parent), file.read_bytes()) for file in files])
    assert contents[0] == contents[1]
    suffix = {"tex": "pdf", "md": "png"}.get(format)
    figures = [Path(f"figures/nasty_names--the_line.{suffix}")] if suffix else []
    assert [name for name, _ in contents[0]] == sorted([*figures, Path(f"report.{format}")])
    if figures:
        assert figures[0].as_posix() in contents[0][-1][1].decode()


# Tables

TABLE = Table(
    "exponents",
    r"Exponents at $|\alpha| < 2$ | 50 %",
    ("estimator_name", r"$\kappa$"),
    lambda settings: [("mean & more", r"$\frac{3}{2}$"), (f"run {settings.seed}", "2 | 3")],
)


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_a_table_keeps_every_entry_in_its_column(format: str) -> None:
    checked = [Derivation("small", "Small", (TABLE, Text("behind"))).check(Settings(seed=7))]
    text = render(checked, format, title="All")
    assert "Table 1." in text
    assert text.index("Table 1.") < text.index("run 7") < text.index("behind")
    if format == "html":
        (table,) = re.findall(r'<table class="entries">.*?</table>', text, re.DOTALL)
        assert table.count("<th>") == 2
        assert table.count("<td>") == 4
        assert "<mfrac>" in table
    else:
        separator = r"(?<!\\)&" if format == "tex" else r"(?<!\\)\|"
        (line,) = [line for line in text.split("\n") if "run 7" in line]
        assert len(re.findall(separator, line)) == (1 if format == "tex" else 3)


@needs_tex
def test_a_wide_table_compiles(tmp_path: Path) -> None:
    wide = Table(
        "wide", "Wide", ("a",) * 9, lambda settings: [(r"$\sum_{i=1}^{n} x_i$ words",) * 9]
    )
    path = write(small(TABLE, wide), "pdf", tmp_path / "all.pdf", title="All")
    assert path.stat().st_size > 10_000


def test_a_short_row_is_refused() -> None:
    broken = Table("broken", "", ("a", "b"), lambda settings: [("1",)])
    with pytest.raises(LonglagError, match=r"row \('1',\) of table 'broken': .*2 columns"):
        outline(small(broken), title="")


# LaTeX


@needs_tex
def test_every_character_that_is_let_through_compiles(tmp_path: Path) -> None:
    spelt = [*document_characters._MATH, *document_characters._ANYWHERE, *"𝐃𝔼ℝ𝒩𝜶𝖳₁₂ⁿ⁻¹½ᵀₜ"]
    direct = [chr(code) for code in range(0xC0, 0x180) if document_characters._is_known(chr(code))]
    words = [*spelt, *direct, *document_characters._PUNCTUATION, "x̂ ḣ v⃗", *map(chr, range(33, 127))]
    text = " ".join(words).replace("$", r"\$").replace("`", "")
    mathematics = "$" + ", ".join(spelt) + r" \text{é α – x₂}$"
    level = Verdict(level=Level.PROVED, method="κ ≤ 3")
    checked = small(Text(text), Text(mathematics), claim("sum", "α₁ ≤ ‖x̂‖²", level))
    assert write(checked, "pdf", tmp_path / "all.pdf", title=text).stat().st_size > 10_000
    page = render(checked, "html", title="All")
    assert_verdicts(
        page, "html", small(claim("sum", r"\alpha _{1} \le  \Vert \hat{x}\Vert ^{2}", level))
    )


def test_unknown_character_is_named() -> None:
    checked = small(Text("Das Zeichen 漢"))
    with pytest.raises(LonglagError, match=r"U\+6F22.*between dollar signs"):
        render(checked, "tex", title="All")
    assert "漢" in render(checked, "html", title="All")


@needs_tex
def test_tex_error_shows_its_first_line(tmp_path: Path) -> None:
    checked = small(claim("bad", r"x = \nonsense", MEASURED))
    with pytest.raises(LonglagError, match=r"Undefined control sequence.*nonsense"):
        write(checked, "pdf", tmp_path / "bad.pdf", title="All")
    assert not list(tmp_path.iterdir())


def test_without_tex_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LonglagError, match=r"texlive-latex-extra .*lmodern"):
        write(small(Text("words")), "pdf", tmp_path / "x.pdf", title="All")
    assert not list(tmp_path.iterdir())


# HTML

VOID = {"meta", "img", "link", "br", "hr", "input"}


class PageReader(HTMLParser):
    """Checks that tags nest, and collects ids, links and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += "" if self.open and self.open[-1] in ("style", "script") else data

    def values(self, name: str) -> list[str]:
        return [value for each, value in self.attributes if each == name]


def test_page_is_whole_well_formed_and_offline(
    by_hand: Any, all_cells: Any, tmp_path: Path
) -> None:
    path = write(by_hand + all_cells, "html", tmp_path / "page.html", title="All")
    assert list(tmp_path.iterdir()) == [path]
    page = PageReader(path.read_text())
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.values("href")} <= set(ids)
    assert all(source.startswith("data:image/webp;base64,") for source in page.values("src"))
    assert len(page.values("src")) == 1
    for attribute in ("href", "src", "style"):
        assert not any("://" in value for value in page.values(attribute))
    assert {equation.anchor for equation in outline(by_hand, title="").equations} <= set(ids)


def test_page_has_no_tex_left(all_cells: Any) -> None:
    page = render(all_cells, "html", title=r"The report on $M_{t,\ell}$")
    text = PageReader(page).text
    assert "\\" not in text
    assert "$" not in text
    formulas = re.findall(r"<math.*?</math>", page, re.DOTALL)
    assert len(formulas) > 6 * len(CELLS)
    for formula in formulas:
        for node in ElementTree.fromstring(formula).iter():
            assert node.get("mathvariant") in (None, "normal")
            assert (node.text or "") not in ("&", "~", "begin", "end")
            assert not (node.tag == "mo" and node.text is None and len(node))


@pytest.mark.parametrize(
    ("tex", "expected", "unwanted"),
    [
        (r"\bigl\| x \bigr\|_2", ">‖<", r"\|"),
        (r"\bigl\| x \bigr\|_2", "<msub><mrow>", None),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", 'columnalign="right"', "amp;"),
        (r"\text{if $x$ < 2}", "&lt;\xa02</mtext>", "$"),
        (r"\mathrm{d}x", 'mathvariant="normal">d<', None),
        (r"d^{\mathrm{hn}}_t", "<mi>hn</mi>", None),
        (r"\mathrm{slow\_z}", "<mi>slow_z</mi>", "\\"),
        (r"\operatorname*{arg\,max}_{x}", ">arg max</mo>", "*"),
        (r"2 \ln \ell", 'lspace="0.167em" rspace="0.167em">ln</mo>', None),
        (r"\tanh{\left(x \right)}", 'rspace="0">tanh</mo>', 'stretchy="true"'),
        (r"\left(\frac{x}{2}\right)", 'stretchy="true"', None),
        (r"\left|\int_{0}^{1} x\right|", 'stretchy="true"', 'stretchy="false"'),
        (r"\left(a\right) W", 'rspace="0.167em">)<', None),
        (r"f(\left(a\right))", ">)<", 'form="postfix" rspace'),
        (r"a \sim b", "<mo>∼</mo>", "~"),
        (r"a \iff b \implies c", "<mo>⟺</mo>", "<mi>⟹"),
        (r"\mathbf{D}^{\mathbf{1}}", "<mn>𝟏</mn>", "bold"),
        (r"x_{t-1}", '<mo lspace="0" rspace="0">−</mo>', None),
        (r"a = - b", 'form="prefix">−<', None),
        (r"a - b", "<mo>−</mo>", "prefix"),
        (r"\sum_{j=0}^{n} x", "munderover", "msubsup"),
        (r"\left(\sum_{j=0}^{n} x\right)", "munderover", "msubsup"),
        (r"x\!y", 'width="-0.167em"', "negative"),
        (r"\Gamma(x) \to \infty", 'mathvariant="normal">Γ<', "<mo>∞"),
    ],
)
def test_mathml_says_what_tex_says(tex: str, expected: str, unwanted: str | None) -> None:
    found = mathml(document_characters.math_tex(tex), display=True)
    assert ElementTree.fromstring(found).attrib.pop("alttext") == document_characters.math_tex(tex)
    found = re.sub(r' alttext="[^"]*"', "", found)
    assert expected in found
    assert unwanted is None or unwanted not in found


@pytest.mark.parametrize(
    "tex",
    [
        r"\nonsense x",
        r"\frac{1}",
        "a & b",
        r"\begin{nothing} x \end{nothing} & y",
        r"\left( x",
        "x^",
    ],
)
def test_mathml_refuses_what_it_cannot_say(tex: str) -> None:
    with pytest.raises(LonglagError, match="TeX"):
        mathml(tex)


# Markdown


def test_markdown_keeps_its_hands_off_the_mathematics() -> None:
    tex = r"\begin{aligned} \|x\| &< |y|\\|z| &= f[a](b)\, \{c\} \end{aligned}"
    text = render(small(claim("bars", tex, MEASURED)), "md", title="All")
    (display,) = re.findall(r"\$\$\n(.*?)\n\$\$", text, re.DOTALL)
    assert not re.search(r"\\[^A-Za-z\\]|[<>|]|\]\(", display)
    assert r"\Vert x\Vert" in display
    assert r"\\\vert z\vert" in display
    assert display.endswith(r"\tag{1}")


def test_markdown_escapes_words() -> None:
    text = render(small(Text("1. a_b *c* <d> [e](f) | g"), Text("- h")), "md", title="All")
    assert r"1\. a\_b \*c\* \<d\> \[e\](f) \| g" in text
    assert r"\- h" in text


# Files


@pytest.mark.parametrize("format", [*TEXT_FORMATS, pytest.param("pdf", marks=needs_tex)])
def test_failure_leaves_nothing_half_written(format: str, tmp_path: Path) -> None:
    target = tmp_path / f"report.{format}"
    target.write_text("the old report")
    checked = small(Figure("good", "", draw_line), Figure("bad", "", fail_to_draw))
    with pytest.raises(LonglagError, match=r"small--bad.*RuntimeError: the pen broke"):
        write(checked, format, target, title="All")
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "the old report"
    with pytest.raises(LonglagError, match="matplotlib Figure"):
        write(small(Figure("text", "", str)), format, target, title="All")
    assert list(tmp_path.iterdir()) == [target]


def full(path: Path, content: bytes) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("format", [*TEXT_FORMATS, pytest.param("pdf", marks=needs_tex)])
def test_a_full_disk_leaves_the_old_file(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / f"report.{format}"
    target.write_text("the old report")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(LonglagError, match="the disk is full"):
        write(small(Text("words")), format, target, title="All")
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "the old report"


def test_a_full_disk_is_no_fault_of_a_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = subprocess.CompletedProcess([], 1, b"! I can't write on file `document.pdf'.")
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", lambda *given, **options: failed)
    with pytest.raises(LonglagError, match="LaTeX error"):
        write(small(Text("words")), "pdf", tmp_path / "report.pdf", title="All")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(LonglagError, match="the disk is full"):
        write(small(Text("words")), "pdf", tmp_path / "report.pdf", title="All")


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for target in (
        tmp_path / "file" / "page.html",
        tmp_path / "folder",
        Path("/proc/no/page.html"),
    ):
        with pytest.raises(LonglagError, match="choose another path"):
            write(small(Text("words")), "html", target, title="All")
    deep = tmp_path / "made" / "on the way" / "page.html"
    assert write(small(Text("words")), "html", deep, title="All") == deep
    assert deep.exists()
    assert not list((tmp_path / "folder").iterdir())


def test_figures_are_drawn_once_for_several_formats(by_hand: Any, tmp_path: Path) -> None:
    drawn = dict(draw(by_hand))
    assert list(drawn) == ["nasty_names--the_line"]
    for format in TEXT_FORMATS:
        alone, shared = tmp_path / "alone" / "report", tmp_path / "shared" / "report"
        write(by_hand, format, alone, title="All")
        write(by_hand, format, shared, title="All", drawn=drawn)
        assert alone.read_bytes() == shared.read_bytes()
    assert len(list((tmp_path / "shared" / "figures").iterdir())) == 2
    with pytest.raises(LonglagError, match="nasty_names--the_line"):
        write(by_hand, "md", tmp_path / "report", title="All", drawn={})
    assert not (tmp_path / "report").exists()


def test_drawing_gives_the_backend_back(tmp_path: Path) -> None:
    from matplotlib import pyplot

    pyplot.switch_backend("svg")
    try:
        write(small(Figure("line", "", draw_line)), "md", tmp_path / "x.md", title="All")
        assert pyplot.get_backend() == "svg"
        assert not pyplot.get_fignums()
    finally:
        pyplot.switch_backend("Agg")


# What is refused


def test_errors_name_value_rule_and_remedy() -> None:
    with pytest.raises(LonglagError, match="did you mean 'html'"):
        render([], "htm", title="All")
    with pytest.raises(LonglagError, match="not text; call write"):
        render([], "pdf", title="All")
    with pytest.raises(LonglagError, match="small--line"):
        render(small(Figure("line", "", draw_line)), "md", title="All")
    with pytest.raises(LonglagError, match="two single dollar signs"):
        render(small(Text("it costs $5")), "md", title="All")
    with pytest.raises(LonglagError, match="occurs twice"):
        render(small(claim("a", "x", MEASURED), claim("a", "y", MEASURED)), "md", title="All")
    with pytest.raises(LonglagError, match="aligned"):
        render(small(claim("a", r"x \\ y", MEASURED)), "md", title="All")
    with pytest.raises(LonglagError, match="Text, Claim, Figure and Table"):
        render(small("words"), "md", title="All")  # type: ignore[arg-type]


def test_an_equation_without_its_verdict_is_refused(by_hand: list[CheckedDerivation]) -> None:
    whole = by_hand[0]
    for checked in ((), whole.checked[:-1], whole.checked[::-1], (*whole.checked, *whole.checked)):
        with pytest.raises(LonglagError, match="no equation without its verdict"):
            outline([CheckedDerivation(whole.derivation, whole.settings, checked)], title="All")


def test_every_level_has_a_look() -> None:
    assert set(LEVELS) == set(Level)
    assert len({style.colour for style in LEVELS.values()}) == len(Level)


def test_a_new_format_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_hand: list[CheckedDerivation]
) -> None:
    toy = Format(text=lambda document, figures: " ".join(sorted(figures)), figure_suffix="png")
    monkeypatch.setitem(FORMATS._items, "toy", toy)
    path = write(by_hand, "toy", tmp_path / "toy.txt", title="All")
    assert path.read_text() == "nasty_names--the_line"
    assert (tmp_path / "figures" / "nasty_names--the_line.png").exists()
