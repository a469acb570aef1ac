"""LaTeX of cells, matrix nodes and rates.

Letters come from ``notation``, structure from the nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatchmethod
from typing import Any

from sympy import Add, Expr, Float, Mul, S, fraction
from sympy.core.function import Application
from sympy.printing.latex import LatexPrinter

from longlag.theory.language.graph import Graph
from longlag.theory.language.letters import (
    entry_tex,
    index_tex,
    intermediate_tex,
    matrix_tex,
    neurons_between,
    own_letter,
    row_tex,
    weight_tex,
)
from longlag.theory.language.maps import DenseWeight, MapValue, MeanWeight, RowWeight
from longlag.theory.language.matrix import (
    IDENTITY,
    Block,
    Diagonal,
    Intermediate,
    Matrix,
    OrderedProduct,
    PositionSum,
    Product,
    RankOne,
    Sum,
    Weight,
)
from longlag.theory.language.reductions import is_spread
from longlag.theory.language.symbols import CellSymbol, DelayedState, Drive, State, Value, is_shared
from longlag.theory.notation import neurons
from longlag.theory.typeset.author import at_time, clock, current, emboldened, letter, transposed

#: Numbers with more digits than these, below and above the bar, are printed as decimals.
_LONG_DENOMINATOR, _LONG_NUMERATOR = 6, 18


#: Functions of which sin²(x) is written, and understood.
_SQUARED = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh"})


def _decimal(number: Expr) -> Float | None:
    """Return a long number as a decimal, None if it is short or has no finite decimal."""
    if not number.is_Rational or not (
        number.q > 10**_LONG_DENOMINATOR or abs(number.p) > 10**_LONG_NUMERATOR
    ):
        return None
    finite = 10 ** number.q.bit_length() % number.q == 0
    return Float(number, 17) if finite else None


def added(text: str) -> str:
    """Return a term of a sum with the sign before it."""
    return f"- {text[1:].lstrip()}" if text.startswith("-") else f"+ {text}"


def _summed(terms: Sequence[str]) -> str:
    return " ".join([*terms[:1], *map(added, terms[1:])]) or "0"


def _bracketed(factor: str) -> str:
    return rf"\left({factor}\right)" if factor.startswith("-") else factor


def _multiplied(factors: Sequence[str], between: str) -> str:
    """A product: only its first factor may begin with a sign."""
    first, *others = factors
    others = [*map(_bracketed, others)]
    if first == "-1" and others:
        return "-" + between.join(others)
    return between.join([first, *others])


class CellPrinter(LatexPrinter):
    """Prints expressions and matrix nodes of one cell at one step.

    Args:
        graph: where maps are looked up.
        offset: the position of the step behind t: "" for t itself, "j" for t−j.
        labels: nodes that print as a letter with the step as its index, such as D or R.
        neuron: the superscript of per-neuron symbols, none by default.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        offset: str = "",
        labels: Mapping[Matrix, str] | None = None,
        neuron: str = "",
    ) -> None:
        super().__init__({"mul_symbol": None})
        self.graph = graph
        self.offset = offset
        self.labels = dict(labels or {})
        self.neuron = neuron

    def at(self, offset: str) -> CellPrinter:
        """Return the same printer at another step."""
        return CellPrinter(self.graph, offset=offset, labels=self.labels, neuron=self.neuron)

    def of_neuron(self, neuron: str) -> CellPrinter:
        """Return the same printer for one neuron."""
        return CellPrinter(self.graph, offset=self.offset, labels=self.labels, neuron=neuron)

    def _step(self, behind: int = 0) -> str:
        offset = f"-{self.offset}" if self.offset else ""
        return clock() + offset + (f"-{behind}" if behind else "")

    def _marked(self, parts: tuple[str, str], step: str | None, shared: bool) -> str:
        """A letter with its step below and its neuron above."""
        symbol, above = parts
        neuron = "" if shared or not self.neuron else f"({self.neuron})"
        upper = ",".join(part for part in (above, neuron) if part)
        return at_time(symbol, step or "", upper)

    def _letter(self, symbol: CellSymbol, name: str = "") -> tuple[str, str]:
        """The author's letter of a symbol, or its own, or that of its name; what stands above."""
        key = name or symbol.name
        default, above = own_letter(symbol)
        found = letter(key, "")
        if found:
            return found, ""
        vector = not (symbol.shared or self.neuron)
        return emboldened(default) if vector else default, above

    def _print(self, expr: Any, **kwargs: Any) -> str:
        text = str(super()._print(expr, **kwargs))
        if isinstance(expr, Application) and len(expr.args) == 1:
            # The call has brackets of its own.
            (inside,) = expr.args
            if isinstance(inside, MapValue):
                text = text.replace(str(self._print(inside)), self.bare(inside))
        return text

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        return str(super()._print_Symbol(expr, style))

    def _print_State(self, symbol: State) -> str:
        own = symbol.of if isinstance(symbol, DelayedState) else symbol
        return self._marked(self._letter(own), self._step(symbol.behind), symbol.shared)

    def _print_Value(self, symbol: Value) -> str:
        return self._marked(self._letter(symbol), self._step(), symbol.shared)

    def _print_Drive(self, symbol: Drive) -> str:
        found = letter(f"d_{symbol.name}", symbol.tex)
        vector = not (symbol.shared or self.neuron)
        own = emboldened("d") if vector else "d"
        parts = (found, "") if found else (own, index_tex(symbol.name))
        return self._marked(parts, self._step(), symbol.shared)

    def _print_Parameter(self, symbol: Any) -> str:
        return self._marked(self._letter(symbol), None, symbol.shared)

    def _print_RowWeight(self, symbol: RowWeight) -> str:
        return self._marked((row_tex(symbol, bold=not self.neuron), ""), None, False)

    def _print_MapValue(self, symbol: MapValue) -> str:
        node = next((node for node in self.graph.maps if node.value == symbol), None)
        if node is None:
            # A node without its cell does not tell what a map acts on.
            parts = (f"a_{{{index_tex(symbol.name)}}}", "")
            return self._marked(parts, self._step(), symbol.shared)
        if isinstance(node.weight, MeanWeight):
            return self._marked(self._letter(symbol), self._step(), True)
        if is_spread(node.weight):
            return str(self._print(node.argument))
        argument = self.of_neuron("")._print(node.argument)
        if not node.argument.is_Symbol:
            argument = rf"\left({argument}\right)"
        if isinstance(node.weight, DenseWeight):
            value = f"{weight_tex(node.weight)} {argument}"
        else:
            value = f"{transposed(row_tex(node.weight))} {argument}"
        superscript = f"^{{({self.neuron})}}" if self.neuron and not symbol.shared else ""
        return rf"\left({value}\right)" + superscript

    def _print_conjugate(self, expr: Any, exp: str | None = None) -> str:
        # A bar stands over the author's own letters.
        text = rf"\operatorname{{conj}}\left({self._print(expr.args[0])}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_Heaviside(self, expr: Any, exp: str | None = None) -> str:
        # SymPy's θ is a letter of too many parameters.
        arguments = ", ".join(str(self._print(each)) for each in expr.pargs)
        text = rf"\operatorname{{step}}\left({arguments}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_CellSymbol(self, symbol: Any) -> str:
        return index_tex(symbol.name)

    def _print_Add(self, expr: Expr, order: str | None = None) -> str:
        # Terms with a plus come first: n − h reads better than −h + n.
        terms = sorted(
            self._as_ordered_terms(expr, order=order), key=lambda t: t.could_extract_minus_sign()
        )
        text = ""
        for position, term in enumerate(terms):
            negative = term.could_extract_minus_sign()
            if position:
                text += " - " if negative else " + "
                term = -term if negative else term
            inner = self.bare(term)
            text += rf"\left({inner}\right)" if self._needs_add_brackets(term) else inner
        return text

    def _print_Rational(self, expr: Any) -> str:
        power = len(str(expr.q)) - 1
        if expr.p == 1 and power > 2 and expr.q == 10**power:
            return f"10^{{-{power}}}"
        decimal = _decimal(expr)
        return str(super()._print_Rational(expr)) if decimal is None else self._print(decimal)

    def _print_Mul(self, expr: Expr) -> str:
        # A fraction's parts would go above and below the bar.
        coefficient, rest = expr.as_coeff_Mul()
        decimal = _decimal(coefficient)
        expr = expr if decimal is None else Mul(decimal, rest)
        return self._elementwise(expr) or str(super()._print_Mul(expr))

    def _elementwise(self, product: Expr) -> str:
        """A product with the author's sign between its vectors; "" where it needs none."""
        sign = current().product
        if not sign or self.neuron:
            return ""
        above, below = fraction(product)
        if below != 1 and not is_shared(below):
            numerator = self._print(above)
            return rf"\frac{{{numerator}}}{{{self._print(below)}}}"
        vectors = [f for f in product.as_ordered_factors() if not is_shared(f)]
        if len(vectors) < 2:
            return ""
        others = Mul(*(f for f in product.args if f not in vectors))
        joined = f" {sign} ".join(
            rf"\left({self.bare(f)}\right)" if isinstance(f, Add) else str(self._print(f))
            for f in vectors
        )
        if others in (1, -1):
            return joined if others == 1 else f"- {joined}"
        scale = str(self._print(others))
        return (rf"\left({scale}\right)" if others.is_Add else scale) + f" {joined}"

    def _print_Pow(self, expr: Expr) -> str:
        sign = current().product
        base, exponent = expr.as_base_exp()
        numbered = exponent.is_Integer and exponent > 0 and type(base).__name__ in _SQUARED
        if base.is_Function and not (numbered or exponent.is_negative or exponent == S.Half):
            # f^ℓ(x) may be f applied ℓ times.
            return rf"\left({self._print(base)}\right)^{{{self._print(exponent)}}}"
        if not sign or self.neuron or is_shared(base) or not (exponent.is_Integer and exponent > 1):
            return str(super()._print_Pow(expr))
        text = str(self._print(base))
        body = f"{{{text}}}" if base.is_Symbol and not text.startswith(r"\left(") else text
        body = body if base.is_Symbol else rf"\left({text}\right)"
        return f"{body}^{{{sign} {exponent}}}"

    def bare(self, expr: Expr) -> str:
        """Return an expression without the parentheses around a map's value that stands alone."""
        text = str(self._print(expr))
        if isinstance(expr, MapValue) and text.startswith(r"\left(") and text.endswith(r"\right)"):
            return text[len(r"\left(") : -len(r"\right)")]
        return text

    @singledispatchmethod
    def node(self, node: Matrix) -> str:
        """Return a matrix node as LaTeX."""
        raise TypeError(f"not a matrix node: {node!r}")

    def labelled(self, node: Matrix) -> str:
        """Return a node by its letter where it has one."""
        if node in self.labels:
            return at_time(matrix_tex(self.labels[node]), self._step())
        return self.node(node)

    @node.register
    def _(self, node: Diagonal) -> str:
        if node == IDENTITY:
            return "I"
        entry = str(self._print(node.entry))
        if is_shared(node.entry):
            needs = node.entry.is_Add
            return (rf"\left({entry}\right)" if needs else entry) + r"\, I"
        return rf"\operatorname{{diag}}\left({entry}\right)"

    @node.register
    def _(self, node: Weight) -> str:
        return weight_tex(node.symbol)

    @node.register
    def _(self, node: RankOne) -> str:
        scale = S.One / neurons if node.row.has(neurons) else S.One
        row = node.row / scale
        if row == 1:
            behind = transposed(r"\mathbf{1}")
        elif isinstance(row, RowWeight):
            behind = transposed(row_tex(row))
        else:
            behind = transposed(rf"\left({self._print(row)}\right)")
        column = r"\mathbf{1}" if node.column == 1 else rf"\left({self._print(node.column)}\right)"
        share = rf"\tfrac{{1}}{{{self._print(neurons)}}} " if scale != 1 else ""
        return f"{share}{column} {behind}"

    @node.register
    def _(self, node: Intermediate) -> str:
        return intermediate_tex(node.number, self._step())

    @node.register
    def _(self, node: Sum) -> str:
        return _summed([self.labelled(term) for term in node.terms])

    @node.register
    def _(self, node: Product) -> str:
        return _multiplied([self._factor(factor) for factor in node.factors], " ")

    def _factor(self, factor: Matrix) -> str:
        if factor in self.labels:
            return self.labelled(factor)
        if isinstance(factor, Diagonal) and is_shared(factor.entry):
            entry = str(self._print(factor.entry))
            return rf"\left({entry}\right)" if factor.entry.is_Add else entry
        text = self.node(factor)
        return rf"\left({text}\right)" if isinstance(factor, Sum) and factor.terms else text

    @node.register
    def _(self, node: Block) -> str:
        rows = r" \\ ".join(" & ".join(self.node(b) for b in row) for row in node.rows)
        return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"

    @node.register
    def _(self, node: OrderedProduct) -> str:
        if node.lag.is_Integer and node.lag <= 4:
            offsets = ["" if j == 0 else str(j) for j in range(int(node.lag))]
            factors = [self.at(offset)._factor(node.factor) for offset in offsets]
            return _multiplied(factors, r"\, ") if factors else ""
        return self._run(node.factor, "j", "0", self._last(node.lag))

    @node.register
    def _(self, node: PositionSum) -> str:
        if node.order == 0:
            return self.node(OrderedProduct(node.local, node.lag))
        last = self._last(node.lag)
        if node.order == 1:
            positions = ["j"]
            below, above = "j=0", f"^{{{last}}}"
        else:
            positions = [f"j_{{{i}}}" for i in range(1, node.order + 1)]
            below, above = rf"0 \le {' < '.join(positions)} \le {last}", ""
        factors = []
        before: str | None = None
        for position in positions:
            factors.append(self._between(node.local, before, position))
            factors.append(self._factor_at(position, node.recurrent))
            before = position
        factors.append(self._between(node.local, before, None, last))
        return rf"\sum_{{{below}}}{above} " + r"\, ".join(factor for factor in factors if factor)

    def _factor_at(self, offset: str, factor: Matrix) -> str:
        return _bracketed(self.at(offset)._factor(factor))

    def _last(self, lag: Expr) -> str:
        return str(self._print(lag - 1))

    def _between(
        self, factor: Matrix, after: str | None, before: str | None, last: str = ""
    ) -> str:
        """The local factors strictly between two positions; nothing for the identity."""
        if factor == IDENTITY:
            return ""
        lower = f"{after} < i" if after else "i"
        upper = f" < {before}" if before else rf" \le {last}"
        low = lower if after else "0 \\le i"
        return rf"\Bigl(\prod_{{{low}{upper}}} {self._factor_at('i', factor)}\Bigr)"

    def _run(self, factor: Matrix, index: str, first: str, last: str) -> str:
        return rf"\prod_{{{index}={first}}}^{{{last}}} {self._factor_at(index, factor)}"

    def diagonal_entry(self, node: Matrix) -> str:
        """Return the diagonal entry (q, q) of a sum of chains as LaTeX, maps written out."""
        if isinstance(node, Sum):
            return _summed([self.diagonal_entry(term) for term in node.terms])
        factors = node.factors if isinstance(node, Product) else (node,)
        if isinstance(node, Diagonal):
            return str(self.of_neuron("q")._print(node.entry))
        crossings = sum(not isinstance(factor, Diagonal) for factor in factors)
        neurons_on_path = ["q", *neurons_between(self.graph, crossings - 1), "q"]
        parts: list[str] = []
        here = 0
        for factor in factors:
            at = self.of_neuron(neurons_on_path[here])
            if isinstance(factor, Diagonal):
                entry = at._print(factor.entry)
                parts.append(rf"\left({entry}\right)" if factor.entry.is_Add else entry)
                continue
            here += 1
            to = neurons_on_path[here]
            if isinstance(factor, Weight):
                parts.append(entry_tex(factor.symbol, at.neuron, to))
            elif isinstance(factor, Intermediate):
                neurons_of_entry = f"{at.neuron}{to}"
                parts.append(intermediate_tex(factor.number, self._step(), neurons_of_entry))
            elif isinstance(factor, RankOne):
                parts.append(
                    at._wrapped(factor.column) + " " + self.of_neuron(to)._wrapped(factor.row)
                )
        sums = "".join(rf"\sum_{{{index}}} " for index in neurons_on_path[1:-1])
        parts[0] = _bracketed(parts[0]) if sums else parts[0]
        return sums + _multiplied(parts, r"\, ")

    def _wrapped(self, expr: Expr) -> str:
        text = str(self._print(expr))
        return rf"\left({text}\right)" if expr.is_Add or isinstance(expr, Mul) else text
