r"""What commands of LaTeX are to a formula; any other one is refused."""

from __future__ import annotations


def _commands(names: str) -> frozenset[str]:
    """Control words from their names with blanks between them."""
    return frozenset(f"\\{name}" for name in names.split())


#: Commands that are letters.
LETTERS = _commands(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda"
    " mu nu xi omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar imath jmath nabla star"
)
#: Commands with one argument that make another letter of it, or a name of its letters.
STYLES = _commands(
    "mathrm mathbf mathbb mathcal mathsf mathit mathtt mathfrak mathscr boldsymbol bm pmb symbf"
    " symup operatorname hat tilde bar vec dot ddot widehat widetilde overline underline check"
    " breve acute grave textrm textit textbf textsf"
)

#: Commands that are functions ↦ their names for ``typed``; of one argument, without brackets too.
NAMED_FUNCTIONS = {
    r"\exp": "exp",
    r"\ln": "log",
    r"\log": "log",
    r"\sin": "sin",
    r"\cos": "cos",
    r"\tan": "tan",
    r"\sinh": "sinh",
    r"\cosh": "cosh",
    r"\tanh": "tanh",
    r"\arctan": "atan",
}
#: Functions that are only called with brackets, or only so under these names.
CALLED = {
    "erf": "erf",
    "erfc": "erfc",
    "atan": "atan",
    "arctan": "atan",
    "asinh": "asinh",
    "arsinh": "asinh",
    "arcsinh": "asinh",
    "sigmoid": "sigmoid",
    "softplus": "softplus",
    "exp": "exp",
    "ln": "log",
    "log": "log",
    "tanh": "tanh",
}
EXTREMES = {r"\min": "Min", r"\max": "Max"}
BIG = frozenset({r"\sum", r"\prod", r"\int", r"\lim"})
TRACES = {"tr": "trace", "Tr": "trace", "trace": "trace", "det": "determinant", "diag": "diagonal"}
#: Commands that are neither letters nor to be passed over, and that a name resolves.
NAMES = frozenset(
    {*NAMED_FUNCTIONS, *EXTREMES, *BIG, r"\infty", r"\partial", r"\det", r"\prime", r"\cdots"}
)

#: Passed over: they space, set sizes or numbers, and mean nothing.
SPACING = frozenset([*(rf"\{c}" for c in ",;:!> \n\t/"), "~"]) | _commands(
    "quad qquad enspace thinspace medspace thickspace negthinspace negmedspace displaystyle"
    " textstyle scriptstyle scriptscriptstyle limits nolimits mathstrut strut nonumber notag"
    " allowbreak nobreak hfill break protect mathopen mathclose mathbin mathrel mathord mathpunct"
    " mathinner noindent allowdisplaybreaks smash relax qedhere centering"
)
#: Passed over with their argument.
SPACING_OF = _commands("hspace vspace phantom hphantom vphantom label tag color kern mspace mskip")
#: Of whose argument the braces are passed over, with an index or a power that says what it is.
WRAPPERS = _commands("underbrace overbrace boxed ensuremath")
#: The first argument is a remark on the second one.
REMARKED = frozenset({r"\overset", r"\stackrel", r"\underset"})
WORDS = frozenset({r"\text", r"\mbox", r"\textnormal", r"\hbox", r"\intertext"})
REFERENCES = frozenset({r"\eqref", r"\ref", r"\cref", r"\Cref", r"\autoref", r"\cite"})

SIZES = frozenset(
    f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)
OPENING = {"(": ")", "[": "]", r"\{": r"\}", r"\lbrace": r"\rbrace", r"\lbrack": r"\rbrack"}
OPENING |= {r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
CLOSING = frozenset(OPENING.values())

#: Signs between two values ↦ as a proof writes them.
RELATIONS = {
    "=": "=",
    r"\le": "≤",
    r"\leq": "≤",
    r"\leqslant": "≤",
    "<": "<",
    r"\lt": "<",
    r"\ge": "≥",
    r"\geq": "≥",
    r"\geqslant": "≥",
    ">": ">",
    r"\gt": ">",
    r"\sim": "∼",
    r"\to": "→",
    r"\rightarrow": "→",
    r"\longrightarrow": "→",
    r"\coloneqq": "=",
    r"\triangleq": "=",
    r"\ne": "≠",
    r"\neq": "≠",
}
TIMES = frozenset({r"\cdot", r"\times", "*", r"\ast", r"\odot", r"\circ"})
#: Of matrices, entry by entry.
ELEMENTWISE = frozenset({r"\odot", r"\circ"})

_NO_SIGN = "it says too little to be checked"
#: What is refused ↦ why, and what to write.
REFUSED = {
    r"\approx": (_NO_SIGN, r"write =, \le or \sim"),
    r"\simeq": (_NO_SIGN, r"write =, \le or \sim"),
    r"\asymp": (_NO_SIGN, r"write two bounds, or O(...)"),
    r"\propto": (_NO_SIGN, "name the constant"),
    r"\lesssim": (_NO_SIGN, r"name the constant, or write O(...)"),
    r"\gtrsim": (_NO_SIGN, "name the constant"),
    r"\ll": (_NO_SIGN, r"write \le with a constant, or O(...)"),
    r"\gg": (_NO_SIGN, r"write \ge with a constant"),
    r"\equiv": ("it says more than that two values are equal", "write ="),
    r"\pm": ("it stands for two formulas", "write both"),
    r"\mp": ("it stands for two formulas", "write both"),
    r"\mid": (
        "conditions of an expectation or a set are not read",
        r"leave them out and say them in words, or write \lvert ... \rvert for a modulus",
    ),
    r"\middle": ("delimiters in the middle are not read", "write brackets"),
    r"\langle": ("brackets of this kind have no one meaning", "write out what they stand for"),
    r"\arcsin": ("its values are real on a part of the line only", r"write the sine of it"),
    r"\arccos": ("its values are real on a part of the line only", r"write the cosine of it"),
    r"\dots": ("what is left out is not guessed", r"write \sum or \prod with an index"),
    r"\ldots": ("what is left out is not guessed", r"write \sum or \prod with an index"),
    r"\cdots": ("what is left out is not guessed", r"write \sum or \prod with an index"),
    r"\vdots": ("what is left out is not guessed", r"write \sum or \prod with an index"),
    r"\sup": ("suprema are not read", r"write a bound for all points, or \max of a few values"),
    r"\inf": ("infima are not read", r"write a bound for all points, or \min of a few values"),
    r"\limsup": ("only limits are read", r"write \lim, or a bound"),
    r"\liminf": ("only limits are read", r"write \lim, or a bound"),
    r"\arg": ("points where something is largest are not read", "name the point"),
    r"\in": ("it is no relation between values", "declare it: % longlag: let x in reals"),
    r"\oint": ("only integrals over intervals are read", r"write \int_a^b"),
    r"\iint": ("each integral is written apart", r"write \int_a^b \int_c^d"),
    r"\over": ("old fractions are not read", r"write \frac{a}{b}"),
    r"\choose": ("old binomials are not read", r"write \binom{n}{k}"),
    r"\rm": ("old fonts are not read", r"write \mathrm{...}"),
    r"\bf": ("old fonts are not read", r"write \mathbf{...}"),
    "&": ("it aligns rows, and stands inside brackets here", "leave it out"),
    r"\\": ("a new row begins inside braces", "leave it out"),
    "$": ("mathematics begins inside mathematics", r"leave it out, or write \text{...}"),
    ".": ("a point is part of a number only", r"leave it out, or write \cdot"),
}
#: Letters from a keyboard that are no TeX ↦ what to type.
UNICODE = {
    "ℓ": r"\ell",
    "≤": r"\le",
    "≥": r"\ge",
    "−": "-",
    "–": "-",
    "×": r"\times",
    "·": r"\cdot",
    "∞": r"\infty",
    "∑": r"\sum",
    "∏": r"\prod",
    "∫": r"\int",
    "√": r"\sqrt{...}",
    "→": r"\to",
    "∼": r"\sim",
    "²": "^2",
}
