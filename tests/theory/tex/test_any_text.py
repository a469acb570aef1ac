r"""Any text is read or refused in one line, soon: nothing else is raised, nothing takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.theory import LonglagError
from longlag.theory.tex import Declarations, read_formula


def _split(text: str) -> list[str]:
    return text.split()


#: Pieces that formulas are made of; put together at random they are deep, broken and strange.
PIECES = [
    *_split(r"x y s \ell \mu n t f g X A B v e i d 0 1 2 10 99999 0.5 \pi \infty + - * / ^ _ ^2"),
    *_split(r"^{ _{ { } ( ) [ ] | \| , ; . ! ' & \\ = < \le \sim \to \left( \right) % # $ \ λ #1"),
    *_split(r"\frac \frac{1}{ \sqrt \sqrt[ \binom{n}{ \sum_{j=0}^{n} \sum \prod_{j=1}^n \int_0^1"),
    *_split(r"dx \ln \sin \exp \max \min \Gamma \mathbb{E} \mathrm{d} \frac{d}{dx} \lim_{x\to0}"),
    *_split(r"\begin{cases} \end{cases} \text{if} \underbrace{ \mathrm{a} \lfloor \rfloor O( s_j"),
    *_split(r"\cdot \odot ^\top \, ~ \quad \operatorname{erf}( \operatorname \mathbf \hat"),
    "\n",
]


def declarations() -> Declarations:
    declared = Declarations()
    for line in (
        r"let x, y, s, \mu > 0, n, t, \ell, j in naturals, s_j in (0,1) for all j",
        "let f be a function, A, B be matrices, v be a vector",
        r"let X \sim \mathcal{N}(0,1)",
        "define g(z) = z^n",
    ):
        declared.read(line)
    return declared


DECLARED = declarations()


def reads_or_refuses(text: str) -> None:
    start = time.process_time()
    told = ""
    try:
        read_formula(text, DECLARED)
    except LonglagError as error:
        told = str(error)
    assert "\n" not in told
    assert time.process_time() - start < 2


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_pieces_of_formulas(pieces: list[str]) -> None:
    reads_or_refuses(" ".join(pieces))


@given(st.text(max_size=60))
def test_any_characters(text: str) -> None:
    reads_or_refuses(text)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda p: f"{p[0]} + {p[1]}"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})({p[1]})"),
        st.tuples(inner, inner).map(lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})^{{{p[1]}}}"),
        inner.map(lambda p: rf"\ln\left({p}\right)"),
        inner.map(lambda p: rf"\exp({p})"),
        inner.map(lambda p: rf"\Gamma({p})"),
        inner.map(lambda p: rf"\left|{p}\right|"),
        inner.map(lambda p: rf"\max({p}, x, n)"),
        inner.map(lambda p: rf"\sum_{{j=0}}^{{n}}({p})"),
        inner.map(lambda p: rf"\prod_{{j=0}}^{{n}}({p})"),
        inner.map(lambda p: rf"\int_0^\infty ({p})\,dx"),
        inner.map(lambda p: rf"\frac{{d}}{{dx}}({p})"),
        inner.map(lambda p: rf"\lim_{{x \to 0}}({p})"),
        inner.map(lambda p: rf"({p})!"),
        inner.map(lambda p: rf"\binom{{n}}{{{p}}}"),
        inner.map(lambda p: rf"g({p}) f'({p})"),
        inner.map(lambda p: rf"\mathbb{{E}}[X ({p})]"),
        inner.map(
            lambda p: rf"\begin{{cases}} {p} & x > {p} \\ n & \text{{otherwise}} \end{{cases}}"
        ),
    )


LEAVES = st.sampled_from(["x", "y", "s", "n", "2", r"\pi", r"\mu", "1/x", "f(x)", "s_j"])


@given(st.recursive(LEAVES, larger, max_leaves=12))
def test_formulas(text: str) -> None:
    reads_or_refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 500_001,
        "x+" * 400_000,
        "(" * 400_000,
        "{" * 400_000,
        "|" * 400_000,
        r"\frac{1}{" * 100_000,
        "x^{" * 100_000,
        r"\sqrt" * 100_000,
        r"\ln " * 100_000,
        r"\sum_{j=0}^n " * 50_000,
        r"\left(" * 100_000,
        r"\begin{cases}" * 50_000,
        r"\begin{verbatim}" * 50_000,
        "9" * 400_000,
        "1." * 200_000,
        r"\mathrm" * 100_000,
        "'" * 400_000,
        "x_" * 400_000,
        "%longlag: let x > 0\n" * 40_000,
        " ".join([r"\ln"] * 2000) + " x",
        "".join([r"\sum_{j=0}^n "] * 300) + "x",
        "(" * 24 + "x" + ")" * 24,
        "x^{" * 24 + "x" + "}" * 24,
        r"\frac{1}{1 + " * 24 + "x" + "}" * 24,
        r"\exp(" * 24 + "x" + ")" * 24,
        r"\ln(1 + " * 24 + "x" + ")" * 24,
        r"\sqrt{x + " * 24 + "x" + "}" * 24,
        r"\left|x + " * 24 + "x" + r"\right|" * 24,
        r"g(" * 24 + "x" + ")" * 24,
        "+".join(f"x^{{{k}}}" for k in range(400)),
        "".join(f"(x+{k})" for k in range(400)),
        r"\binom{99999}{50000}",
        "99999!",
        "2^{3^{4^{5}}}",
        "(x+y+s)^{40}" * 10,
        r"\Gamma(300) \Gamma(200.5)",
        r"\sum_{j=1}^{10^{9}} \frac{1}{j}",
        r"\left|\sum_{j=1}^{10^{9}} \frac{1}{j}\right|",
        r"\sqrt{\int_0^1 e^{x^2} dx}",
        r"\max(\max(x,y,n), \max(s,t,\ell), \max(x y, n, 2))",
    ],
    ids=range(40),
)
def test_monsters(text: str) -> None:
    start = time.process_time()
    reads_or_refuses(text)
    assert time.process_time() - start < 1.5
