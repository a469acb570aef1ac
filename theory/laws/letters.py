"""The letters of a typed law: how a name is written, and which names a reader cannot tell apart.

A window has letters of its own, N, A, κ, φ, H_N. A parameter of a law that bears one of them is
written with the index f, of the envelope: N_f is the law's N.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import sympy
from sympy import Expr, Symbol
from sympy.printing.latex import greek_letters_set, tex_greek_dictionary

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.functions import sigmoid

#: What displays of a window use besides the law's own letters.
_TAKEN = ("N", "A", "kappa", "varphi", "H", "H_N", "ell", "f", "e", "E", "pi", "W_0")
#: Functions that are written as a letter in front of brackets, as a factor is.
_FUNCTIONS: dict[type[Expr], str] = {sympy.zeta: "zeta", sympy.gamma: "Gamma", sigmoid: "sigma"}
#: The index that marks a letter as the law's own.
_MARK = "_f"
#: Greek letters beside SymPy's names for them: one whose name is a keyword, and its capital.
_SPELLED = {"lam": r"\lambda", "Lambda": r"\Lambda"}

_NAME = re.compile(r"(?P<letter>[A-Za-z]+)(?P<number>\d*)(?P<indices>(?:_[A-Za-z0-9]+)*)_*")


def tex_letter(name: str) -> str:
    r"""Return the TeX of a parameter's name: a letter or a word in roman type, with its indices.

    Args:
        name: an ASCII identifier; an underscore behind it only keeps it apart from a keyword.

    >>> tex_letter("tau"), tex_letter("tau1"), tex_letter("c_max"), tex_letter("lambda_")
    ('\\tau', '\\tau_{1}', 'c_{\\mathrm{max}}', '\\lambda')
    >>> tex_letter("slow")
    '\\mathrm{slow}'
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return r"\mathrm{" + name.replace("_", r"\_") + "}"
    indices = [match["number"], *match["indices"].split("_")]
    written = ",".join(_word(index) for index in indices if index)
    return _word(match["letter"]) + (f"_{{{written}}}" if written else "")


def marks(parameters: Iterable[Symbol], envelope: Expr) -> dict[Symbol, Symbol]:
    """Return the parameters that bear a letter of the window, and what they are displayed as.

    Args:
        parameters: of a law.
        envelope: of the law, whose functions have letters too.

    >>> c, samples = Symbol("c"), Symbol("N")
    >>> marks([c, samples], c * samples)
    {N: N_f}
    """
    functions = [name for kind, name in _FUNCTIONS.items() if envelope.has(kind)]
    taken = {_look(name) for name in (*_TAKEN, *functions)}
    return {
        symbol: Symbol(symbol.name.rstrip("_") + _MARK, **symbol.assumptions0)
        for symbol in parameters
        if _look(symbol.name) in taken
    }


def check_letters(owner: str, parameters: Iterable[Symbol], envelope: Expr) -> None:
    """Refuse two parameters that would be written alike.

    Args:
        owner: what has the parameters, for the message.
        parameters: its symbols, of different names.
        envelope: the expression that they occur in.

    Raises:
        LonglagError: two names that look the same, such as tau1 and tau_1.

    >>> check_letters("law 'sum'", sympy.symbols("tau1 tau_1"), Symbol("tau1"))
    Traceback (most recent call last):
    ...
    longlag.theory.errors.LonglagError: parameters 'tau1' and 'tau_1' of law 'sum': both are \
written \\tau_{1}; rename one of them
    """
    parameters = list(parameters)
    marked = marks(parameters, envelope)
    seen: dict[str, str] = {}
    for symbol in parameters:
        displayed = marked.get(symbol, symbol).name
        other = seen.setdefault(_look(displayed), symbol.name)
        if other != symbol.name:
            raise LonglagError(
                f"parameters {other!r} and {symbol.name!r} of {owner}",
                f"both are written {tex_letter(displayed)}",
                "rename one of them",
            )


def _word(text: str) -> str:
    """One letter or number as it is, a Greek name as its letter, anything longer in roman type."""
    if text in _SPELLED:
        return _SPELLED[text]
    if text in tex_greek_dictionary:
        return str(tex_greek_dictionary[text])
    if text in greek_letters_set:
        return "\\" + text
    return text if len(text) == 1 or text.isdigit() else rf"\mathrm{{{text}}}"


def _look(name: str) -> str:
    """What a reader sees of a name: upright and slanted letters look alike."""
    return re.sub(r"\\mathrm\{(\w)\}", r"\1", tex_letter(name))
