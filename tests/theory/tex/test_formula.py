r"""Formulas of papers become SymPy expressions, or are refused with place, token and remedy."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sympy
from sympy import (
    Abs,
    Derivative,
    DiagMatrix,
    E,
    Function,
    HadamardProduct,
    IndexedBase,
    Integral,
    Limit,
    MatrixSymbol,
    Max,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    binomial,
    cos,
    erf,
    exp,
    factorial,
    floor,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
)

from longlag.theory import LonglagError, sigmoid
from longlag.theory.tex import Chain, Declarations, read_formula
from longlag.theory.verify import Expectation, Gaussian, Norm

a, b, c, d, ell, k, n, s, t, x, y = sympy.symbols("a b c d ell k n s t x y")
kappa, tau, N, A = sympy.symbols("kappa tau N A")
effective = Symbol("mu_{t,ell}^{(q)}")
j, i_ = sympy.symbols("j i", integer=True)
gate = IndexedBase("s", real=True)
size = Symbol("n", integer=True, positive=True)
D, R, J = (MatrixSymbol(name, size, size) for name in ("D_t", "R_t", "J"))
v, w = (MatrixSymbol(name, size, 1) for name in "vw")
f = Function("f")
X = Symbol("X", real=True)

DECLARED = (
    r"let s in (0,1), \ell, n, t in naturals, \kappa > 1, a, b, c, k, x, y, \tau, N, A > 0",
    r"let \mu_{t,\ell}^{(q)} in (0,1)",
    r"let s_j in (0,1) for all j",
    "let f be a function",
    r"let \sigma be the sigmoid function",
    r"let D_t, R_t, J be matrices, v, w be vectors",
    r"let X \sim \mathcal{N}(0, 1)",
    r"define g(z) = c z^{-b}",
    r"define \varphi = (A/N)^{1/\kappa}",
)


@pytest.fixture(scope="module")
def declared() -> Declarations:
    declarations = Declarations()
    for line in DECLARED:
        declarations.read(line)
    return declarations


MEANINGS: dict[str, Any] = {
    r"\frac12 x + \tfrac{1}{2} a/b": x / 2 + a / (2 * b),
    r"\dfrac1x \cdot \frac{a+b}{2c}": (a + b) / (2 * c * x),
    r"0.25x^{2}": x**2 / 4,
    r"2\ell": 2 * ell,
    "-x^2": -(x**2),
    "x^2y": x**2 * y,
    "x^23": 3 * x**2,
    r"e^{-s\ell}": exp(-s * ell),
    r"\mathrm{e}^{x} + \exp(-x)(1+x)": exp(x) + exp(-x) * (1 + x),
    r"\sqrt{x} + \sqrt2 + \sqrt[3]{x}": sqrt(x) + sqrt(2) + x ** Rational(1, 3),
    r"\mu_{t,\ell}^{(q)}": effective,
    r"\mu_{t, \ell}^{(q)} \, x": effective * x,
    r"\left( 1 - s \right)^{\ell}": (1 - s) ** ell,
    r"\bigl(1-s\bigr)^\ell\,\Big[ x \Big]": (1 - s) ** ell * x,
    r"\sum_{j=0}^{\ell-1} x^j + 1": Sum(x**j, (j, 0, ell - 1)) + 1,
    r"\sum_{0 \le j < \ell} s_j x^j": Sum(gate[j] * x**j, (j, 0, ell - 1)),
    r"\sum_{j \ge 1} \frac{1}{j^2}": Sum(1 / j**2, (j, 1, oo)),
    r"\sum_{i=0}^{\infty}\sum_{j=0}^i x": Sum(Sum(x, (j, 0, i_)), (i_, 0, oo)),
    r"\prod_{j=0}^{\ell-1}(1-s_{t-j})": Product(1 - gate[t - j], (j, 0, ell - 1)),
    r"\prod\limits_{j=1}^n 2 j": Product(2 * j, (j, 1, n)),
    r"\int_0^\infty e^{-x\tau}\,dx": Integral(exp(-x * tau), (x, 0, oo)),
    r"\int_1^{n} \frac{dx}{x}": Integral(1 / x, (x, 1, n)),
    r"\int_1^{n} \frac{2\,\mathrm{d}x}{x}": Integral(2 / x, (x, 1, n)),
    r"\int_{-\infty}^{\infty} (x + y) \mathrm{d}x\, a": a * Integral(x + y, (x, -oo, oo)),
    r"\int_0^1\int_0^x y\,dy\,dx": Integral(Integral(y, (y, 0, x)), (x, 0, 1)),
    r"\int_0^1 dx": Integral(1, (x, 0, 1)),
    r"\binom{n}{k} n! (2n)!": binomial(n, k) * factorial(n) * factorial(2 * n),
    r"|x-y|^2 + |x||y| - \left| x \right|": Abs(x - y) ** 2 + Abs(x) * Abs(y) - Abs(x),
    r"|x|y + |a|": Abs(x) * y + Abs(a),
    r"\sum_{j=0}^{n} |s_j|": Sum(Abs(gate[j]), (j, 0, n)),
    r"\|D_t R_t\| + \lVert D_t \rVert_2": Norm(D * R) + Norm(D),
    r"\left\|J\right\|^2": Norm(J) ** 2,
    r"D_t^\top R_t + 2 J^{-1}": D.T * R + 2 * J.I,
    r"\mathrm{diag}(v) w": DiagMatrix(v) * w,
    r"2 v \odot w": 2 * HadamardProduct(v, w),
    r"\operatorname{tr}(D_t)": sympy.Trace(D),
    r"\frac{d}{dx} f(x)": Derivative(f(x), x),
    r"\frac{\mathrm{d} f(x)}{\mathrm{d}x}": Derivative(f(x), x),
    r"\frac{\partial^2}{\partial x^2} f(x)": Derivative(f(x), (x, 2)),
    r"\frac{\partial^{2} f(x, y)}{\partial x\,\partial y}": Derivative(f(x, y), y, x),
    r"\frac{d}{dx} (x^2 y)": Derivative(x**2 * y, x),
    r"\frac{d \ln f(x)}{d \ln x}": Derivative(log(f(x)), x) / Derivative(log(x), x),
    r"\frac{1}{2(n+1)}": Rational(1, 2) / (n + 1),
    r"\int_0^1 \sum_{j=0}^{n} - j x\,dx": Integral(Sum(-j * x, (j, 0, n)), (x, 0, 1)),
    r"\sum_{j=0}^{n} -x^j + 1": Sum(-(x**j), (j, 0, n)) + 1,
    r"f'(x) + f''(y)": Derivative(f(x), x) + Derivative(f(y), (y, 2)),
    r"f^{(2)}(x)": Derivative(f(x), (x, 2)),
    r"f(x)^2": f(x) ** 2,
    r"f\left(x, y\right)": f(x, y),
    r"x(1+y)": x * (1 + y),
    r"g(2\ell)": c * (2 * ell) ** -b,
    r"\varphi": (A / N) ** (1 / kappa),
    r"\sigma(x)": sigmoid(x),
    r"\mathbb{E}[\cos(k X)]": Expectation(cos(k * X), X, Gaussian(0, 1)),
    r"\mathbb{E}_{Y \sim \mathcal{N}(0, \tau^2)}\left[Y^2\right]": Expectation(
        Symbol("Y", real=True) ** 2, Symbol("Y", real=True), Gaussian(0, tau)
    ),
    r"\begin{cases} x & \text{if } x > 1, \\ 0 & \text{otherwise} \end{cases}": Piecewise(
        (x, x > 1), (0, True)
    ),
    r"\underbrace{x+y}_{\text{sum}} + \overbrace{a}^{b}": x + y + a,
    r"\sin^2 x + \cos^{2}(x)": sin(x) ** 2 + cos(x) ** 2,
    r"\sin 2\pi x \cos x": sin(2 * pi * x) * cos(x),
    r"\ln x^2": log(x**2),
    r"\ln\frac{N}{A} \ln \ln n": log(N / A) * log(log(n)),
    r"\ln n / \ln x": log(n) / log(x),
    r"\log_2 n": log(n) / log(2),
    r"\log{\left(x \right)}^{2}": log(x) ** 2,
    r"\max\{a, b\} + \max(a, b, c)": Max(a, b) + Max(a, b, c),
    r"\lim_{x \to 0} \frac{\sin x}{x}": Limit(sin(x) / x, x, 0, dir="+-"),
    r"\lim_{x \to \infty} e^{-x}": Limit(exp(-x), x, oo),
    r"\lim_{x \to 0^+} \ln x": Limit(log(x), x, 0, dir="+"),
    r"\Gamma(x+1) + \operatorname{erf}(x)": gamma(x + 1) + erf(x),
    r"\lfloor x \rfloor": floor(x),
    r"1.5 \cdot 10^{-3}": Rational(3, 2000),
    r"e": E,
    r"{x} \quad y": x * y,
    r"N^{-1/\kappa}": N ** (-1 / kappa),
    r"x^{\frac1n}": x ** (1 / n),
    r"a/(2b)": a / (2 * b),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_reads(declared: Declarations, text: str) -> None:
    assert read_formula(text, declared) == MEANINGS[text]


CHAINS: dict[str, list[tuple[str, Any]]] = {
    r"(1-s)^{\ell} \le e^{-s\ell}": [("", (1 - s) ** ell), ("≤", exp(-s * ell))],
    r"0 < x \leq y \geqslant a": [("", 0), ("<", x), ("≤", y), ("≥", a)],
    r"f(x) \sim x^2 \to a": [("", f(x)), ("∼", x**2), ("→", a)],
    r"x := y \stackrel{(1)}{=} a": [("", x), ("=", y), ("=", a)],
}


@pytest.mark.parametrize("text", CHAINS)
def test_reads_chains(declared: Declarations, text: str) -> None:
    chain = read_formula(text, declared)
    assert isinstance(chain, Chain)
    signs = ["", *(step.sign for step in chain.steps)]
    lines = [line.expression for line in chain.lines]
    assert list(zip(signs, lines, strict=True)) == CHAINS[text]


def test_order_of_a_remainder_is_kept_apart(declared: Declarations) -> None:
    chain = read_formula(r"f(n) = 1 + \frac1n + O(n^{-2})", declared)
    (step,) = chain.steps
    assert (step.after.expression, step.after.remainder) == (1 + 1 / n, n**-2)
    (step,) = read_formula(r"f(n) = \mathcal{O}(1/n)", declared).steps
    assert (step.after.expression, step.after.remainder) == (0, 1 / n)


#: Text ↦ column and token of the error, and a word of its rule or remedy.
REFUSED: dict[str, tuple[int, str, str]] = {
    "1/2x": (4, "x", "brackets"),
    r"a/b \cdot c": (5, r"\cdot", "brackets"),
    r"\ln x y": (7, "y", "brackets"),
    r"\ln (1+x)(1+y)": (10, "(", "brackets"),
    r"\ln(x)^2": (4, "(", "power"),
    r"\ln x / y": (7, "/", "brackets"),
    r"\sin^{-1} x": (5, "^", "inverse"),
    "f^2(x)": (2, "^", "power"),
    "h(x)": (1, "h", "a factor or a function"),
    "x_3": (1, "x", "let x_3 in reals"),
    r"\theta": (1, r"\theta", "not declared"),
    "i": (1, "i", "imaginary"),
    r"x \approx y": (3, r"\approx", r"\sim"),
    r"x \pm y": (3, r"\pm", "both"),
    r"1 + \dots + n": (5, r"\dots", r"\sum"),
    r"\foo": (1, r"\foo", r"\newcommand"),
    "(x + y": (1, "(", "not closed"),
    "(x + y]": (7, "]", "does not close"),
    "{x": (1, "{", "not closed"),
    "x}": (2, "}", "closes nothing"),
    "|a|b|c|": (3, "|", r"\lvert"),
    "x + ": (3, "+", "complete"),
    "x + * y": (5, "*", "missing"),
    "2 3": (3, "3", r"\cdot"),
    r"\prod_{j=0}^{n} s_j x": (21, "x", "inside or outside"),
    r"\sum_j x": (5, "_", "last value"),
    r"\sum x": (1, r"\sum", "index"),
    r"\int_0^1 x": (1, r"\int", "differential"),
    r"\int_0^1 x + y\,dx": (1, r"\int", "brackets around a sum"),
    r"\int_0^1 dx\, x": (15, "x", "before the differential"),
    r"\int x\,dx": (1, r"\int", "two ends"),
    r"\frac{d}{dx} x f(x)": (17, "(", "brackets"),
    r"\frac{dy}{dx}": (7, "d", "does not depend"),
    r"x^{10^{10}}": (2, "^", "power"),
    "2^{2^{2^{2^{2}}}}": (2, "^", "digits"),
    "1/0": (2, "/", "division by 0"),
    r"\ln": (1, r"\ln", "argument"),
    "f": (1, "f", "argument"),
    "f(x": (2, "(", "not closed"),
    r"\|x\|": (3, "x", "matrix"),
    "J + 1": (5, "1", "shapes"),
    r"J v \odot w": (1, "J", "brackets"),
    "v w": (3, "w", "shapes"),
    "X": (1, "X", r"\mathbb{E}"),
    r"\mathbb{E}[x]": (1, r"\mathbb", "random"),
    "x = ": (3, "=", "complete"),
    r"(x = y)": (4, "=", "display"),
    "x, y": (2, ",", "brackets"),
    "ℓ": (1, "ℓ", r"\ell"),
    "λ": (1, "λ", r"\lambda"),
    "x.": (2, ".", "number"),
    "x^2^3": (4, "^", "braces"),
    "f''": (1, "f", "brackets"),
    "x'": (1, "x", "prime"),
    "s_{j}_{k}": (6, "_", "comma"),
    r"\begin{pmatrix} a \end{pmatrix}": (1, r"\begin", "cases"),
    r"x \text{ or } y": (3, r"\text", "reason"),
    r"O(x) = y": (1, "O", "right"),
    r"\eqref{a} x": (1, r"\eqref", "reason"),
    r"x + 301!": (5, "3", "300"),
    r"\max x": (1, r"\max", "brackets"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_with_place_and_remedy(declared: Declarations, text: str) -> None:
    column, token, word = REFUSED[text]
    with pytest.raises(LonglagError) as caught:
        read_formula(text, declared, file="paper.tex")
    message = str(caught.value)
    assert re.match(rf"paper\.tex:1:{column}: token '{re.escape(token)}", message), message
    assert word in message
    assert "\n" not in message


def test_says_where_a_near_name_is_declared(declared: Declarations) -> None:
    with pytest.raises(LonglagError, match=r"\(\\ell is, at declaration:1:17\)"):
        read_formula(r"\ell_0", declared)


def test_d_is_no_differential_where_it_is_a_value() -> None:
    declarations = Declarations()
    declarations.read("let d, x in reals")
    assert read_formula(r"\int_0^1 d x\,\mathrm{d}x", declarations) == Integral(d * x, (x, 0, 1))
    with pytest.raises(LonglagError, match="mathrm"):
        read_formula(r"\int_0^1 d\,dx", declarations)
    with pytest.raises(LonglagError, match="declared as a value"):
        read_formula(r"\frac{d}{dx} x", declarations)


def test_letters_are_the_users() -> None:
    declarations = Declarations()
    declarations.read(r"let e, \pi_0, \mathbf{s}, \hat{x} in reals, \Gamma > 0")
    e, pi0, bold, hat, big = sympy.symbols(r"e pi_0 mathbf{s} hat{x} Gamma")
    text = r"e^{2} + \pi_0 + \mathbf s + \hat x + \Gamma(1 + e)"
    assert read_formula(text, declarations) == e**2 + pi0 + bold + hat + big * (1 + e)
