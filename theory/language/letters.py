"""The letters of weights, rows and matrices, the author's where there are some."""

from __future__ import annotations

from sympy import latex

from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import CellSymbol
from longlag.theory.language.weights import (
    ExponentialWeight,
    FreeWeight,
    MatrixForm,
    TransposedWeight,
)
from longlag.theory.notation import tex_name
from longlag.theory.typeset.author import emboldened, letter, transposed


def index_tex(name: str) -> str:
    """Return a name as it stands in an index: the author's letter, else that of the name."""
    return letter(name, tex_name(name))


def weight_tex(symbol: CellSymbol) -> str:
    r"""Return a dense weight.

    >>> from longlag.theory.language.maps import DenseWeight
    >>> weight_tex(DenseWeight("z"))
    'W_{z}'
    """
    if isinstance(symbol, TransposedWeight):
        return transposed(weight_tex(symbol.of))
    if isinstance(symbol, FixedWeight):
        return fixed_tex(symbol)
    if isinstance(symbol, ExponentialWeight):
        return f"e^{{{_form_tex(symbol.of)}}}"
    if isinstance(symbol, FreeWeight):
        return letter(symbol.name, symbol.tex or emboldened(tex_name(symbol.name)))
    own = f"{matrix_tex('W')}_{{{index_tex(symbol.name)}}}"
    return letter(f"W_{symbol.name}", symbol.tex or own)


def fixed_tex(symbol: FixedWeight) -> str:
    r"""Return the matrix of a sum over an axis, of a mean, of sums up to each place, of a spread.

    >>> from longlag.theory.language.axes import axis
    >>> N, P = axis("N"), axis("P")
    >>> fixed_tex(FixedWeight("total", N, (N, P), (P,)))
    '\\Sigma_{N}'
    """
    if symbol.over is None:
        added = [each.name for each in symbol.target if each not in symbol.source]
        return rf"\operatorname{{B}}_{{{','.join(map(index_tex, added))}}}"
    mark = {"total": r"\Sigma", "mean": r"\operatorname{E}", "cumulative": r"\operatorname{C}"}
    return f"{mark[symbol.operation]}_{{{index_tex(symbol.over.name)}}}"


def entry_tex(symbol: CellSymbol, row: str, column: str) -> str:
    """Return one entry of a dense weight."""
    if isinstance(symbol, TransposedWeight):
        return entry_tex(symbol.of, column, row)
    mark = "_" if isinstance(symbol, ExponentialWeight) else "^"
    return f"{weight_tex(symbol)}{mark}{{{row}{column}}}"


def _form_tex(form: MatrixForm) -> str:
    text = ""
    for scale, factors in form.terms:
        negative = scale.could_extract_minus_sign()
        size = -scale if negative else scale
        parts = [*([] if size == 1 else [latex(size)]), *map(weight_tex, factors)]
        text += (" - " if negative else " + ") + " ".join(parts)
    return text.removeprefix(" + ").strip()


def row_tex(symbol: CellSymbol, *, bold: bool = True) -> str:
    """Return a row of weights, without the mark of its transpose."""
    own = f"{emboldened('u') if bold else 'u'}_{{{index_tex(symbol.name)}}}"
    return letter(f"u_{symbol.name}", symbol.tex or own)


def matrix_tex(name: str) -> str:
    """Return the letter of a matrix, J, D, R, M or W."""
    return letter(name, emboldened(name))
