"""The atoms of a cell: states, drives, parameters, linear maps, and the values named on the way.

Each is a SymPy symbol of its own class, so that a state ``h`` and a map ``h`` never collide. Two
flags say how it varies: ``shared`` (one number for all neurons) and ``constant`` (the same at all
times).
"""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Expr, Integer, Interval, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.scalar.parameters import as_expression, validate_name
from longlag.theory.typeset.author import check_tex

#: PyTorch's default.
_LAYER_NORM_EPSILON = Integer(1) / 100_000


class CellSymbol(Symbol):
    """A symbol with a role in a cell; symbols of different roles differ even under one name."""

    role: ClassVar[str] = ""
    shared: ClassVar[bool] = False
    constant: ClassVar[bool] = False
    #: Its TeX, where its author gave it one; it is part of what the symbol is.
    tex: str = ""

    def __new__(cls, name: str, tex: str = "", **_: Any) -> CellSymbol:
        if not tex:
            return super().__new__(cls, name, real=True)
        # Not through the cache of Symbol, which would drop the TeX.
        symbol = Symbol.__xnew__(cls, name, real=True)
        symbol.tex = tex
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.tex)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.tex), {}


class State(CellSymbol):
    """A neuron's previous value."""

    role = "state"


class Drive(CellSymbol):
    """All of a pre-activation that does not depend on the state: input and bias."""

    role = "drive"


class SharedDrive(Drive):
    """A drive that is one number for all neurons."""

    shared = True


class Parameter(CellSymbol):
    """A constant number such as a leak α, with the interval it lives in."""

    role = "parameter"
    shared = True
    constant = True
    interval: Interval

    def __new__(cls, name: str, interval: Interval = S.Reals, tex: str = "", **_: Any) -> Parameter:
        # Not through the cache of Symbol, which would drop the interval.
        symbol = Symbol.__xnew__(cls, name, real=True)
        symbol.interval, symbol.tex = interval, tex
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.interval)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.interval, self.tex), {}


class NeuronParameter(Parameter):
    """A constant with one number per neuron, such as the gain γ of a LayerNorm."""

    shared = False


class DenseWeight(CellSymbol):
    """An H×H recurrent weight matrix W."""

    role = "weight"
    constant = True


class RowWeight(CellSymbol):
    """A recurrent row vector u of length H; as a per-neuron symbol it stands for u_q."""

    role = "weight"
    constant = True


class MeanWeight(CellSymbol):
    """The fixed row 1ᵀ/H that takes the mean over neurons."""

    role = "mean"
    constant = True


class MapValue(CellSymbol):
    """The value (W e)_q of a linear map, named by the map."""

    role = "map"


class SharedMapValue(MapValue):
    """The value of a map that is one number for all neurons: uᵀe, or a mean over neurons."""

    shared = True


class Value(CellSymbol):
    """The value of a nonlinearity inside an update, such as a gate z or a candidate n."""

    role = "value"


class SharedValue(Value):
    """A value that is one number for all neurons."""

    shared = True


class LinearMap(Expr):
    """A linear map across neurons inside an update: ``args`` are its weight and its argument."""

    is_commutative = True

    def __new__(cls, weight: CellSymbol, argument: Expr) -> LinearMap:
        return Expr.__new__(cls, weight, argument)

    @property
    def weight(self) -> CellSymbol:
        """The weight: a DenseWeight, RowWeight or MeanWeight."""
        return self.args[0]

    @property
    def argument(self) -> Expr:
        """The per-neuron expression it acts on."""
        return self.args[1]

    @property
    def shared(self) -> bool:
        """Whether its value is one number for all neurons."""
        return not isinstance(self.weight, DenseWeight)

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool | None:
        return self.argument.is_nonnegative if isinstance(self.weight, MeanWeight) else None

    def _eval_derivative(self, _: Symbol) -> Expr:
        raise LonglagError(
            f"derivative of {self}",
            "a linear map mixes neurons, so its derivative is a matrix",
            "put it in a Cell and call jacobian(cell)",
        )

    def _sympystr(self, printer: Any) -> str:
        return f"{self.weight.name}[{printer._print(self.argument)}]"


def is_shared(expression: Expr) -> bool:
    """Whether ``expression`` is one number for all neurons.

    >>> is_shared(parameter("alpha") + 1), is_shared(state("h"))
    (True, False)
    """
    return all(getattr(symbol, "shared", True) for symbol in expression.free_symbols)


def is_constant(expression: Expr) -> bool:
    """Whether ``expression`` is the same at all times.

    >>> is_constant(parameter("alpha")), is_constant(drive("z"))
    (True, False)
    """
    return all(getattr(symbol, "constant", True) for symbol in expression.free_symbols)


def state(name: str, *, tex: str = "") -> State:
    r"""Return the previous value of a neuron's state ``name``.

    Args:
        name: an identifier.
        tex: how its letter is printed, such as ``\mathbf{s}``; by default as the name reads.

    >>> state("h"), state("h", tex=r"\mathbf{s}").tex
    (h, '\\mathbf{s}')
    """
    return State(validate_name("state", name), _own_tex("state", name, tex))


def drive(name: str, *, shared: bool = False, tex: str = "") -> Drive:
    """Return all of a pre-activation that does not depend on the state.

    Args:
        name: an identifier; the drive of a map usually bears the map's name.
        shared: one number for all neurons. A drive with the name of a shared map is shared.
        tex: how its letter is printed; by default d, the name above.

    >>> drive("z")
    z
    """
    kind = SharedDrive if shared else Drive
    return kind(validate_name("drive", name), _own_tex("drive", name, tex))


def parameter(
    name: str, interval: Interval = S.Reals, *, per_neuron: bool = False, tex: str = ""
) -> Parameter:
    """Return a constant such as a leak α.

    Args:
        name: an identifier.
        interval: where it lives, a SymPy ``Interval``; checks draw from it.
        per_neuron: one number for each neuron, shape ``(H,)``, instead of one for all.
        tex: how its letter is printed; by default as the name reads, ``tau_m`` as τ_m.

    >>> parameter("alpha", Interval.open(0, 1)).interval
    Interval.open(0, 1)
    """
    if not (isinstance(interval, Interval) and interval.start < interval.end):
        raise LonglagError(
            f"interval {interval} of parameter {name!r}",
            "a parameter lives in a real interval of positive length",
            "give one such as sympy.Interval.open(0, 1)",
        )
    kind = NeuronParameter if per_neuron else Parameter
    return kind(validate_name("parameter", name), interval, _own_tex("parameter", name, tex))


def recurrent(name: str, expression: Expr, shared: bool = False, *, tex: str = "") -> LinearMap:
    """Return the linear map ``name`` of a per-neuron expression.

    Args:
        name: an identifier; weights are given under it.
        expression: what the map acts on, for instance a state or ``r * h``; maps may nest.
        shared: a row vector uᵀ (one number for all neurons) instead of an H×H matrix W.
        tex: how its weight is printed; by default W, or u, with the name as its index.

    >>> recurrent("z", state("h"))
    z[h]
    """
    kind = RowWeight if shared else DenseWeight
    weight = kind(validate_name("map", name), _own_tex("map", name, tex))
    return LinearMap(weight, as_expression(f"argument of map {name!r}", expression))


def _own_tex(role: str, name: str, tex: str) -> str:
    return check_tex(f"tex of {role} {name!r}", tex) if tex != "" else ""


def mean(expression: Expr, name: str) -> LinearMap:
    """Return the mean of a per-neuron expression over all neurons, a map with the fixed row 1ᵀ/H.

    Args:
        expression: what is averaged.
        name: an identifier, distinct from the names of the other maps.

    >>> mean(state("h"), "m")
    m[h]
    """
    weight = MeanWeight(validate_name("map", name))
    return LinearMap(weight, as_expression(f"argument of map {name!r}", expression))


def layer_norm(expression: Expr, name: str, *, epsilon: Expr = _LAYER_NORM_EPSILON) -> Expr:
    """Return LayerNorm of a per-neuron expression: γ (p − ⟨p⟩)/√(⟨(p − ⟨p⟩)²⟩ + ε) + β.

    The dense factor of its derivative follows from the two means; nothing about it is typed in.
    Source: derived here; the factor is stated in arXiv 2512.05790.

    Args:
        expression: the pre-activation p.
        name: prefix of the names it introduces: maps ``{name}_mean`` and ``{name}_variance``,
            per-neuron parameters ``{name}_gain`` and ``{name}_bias``.
        epsilon: added to the variance; PyTorch's default is 1e−5.
    """
    centred = expression - mean(expression, f"{name}_mean")
    variance = mean(centred**2, f"{name}_variance")
    gain = parameter(f"{name}_gain", Interval(S.Half, 2), per_neuron=True)
    bias = parameter(f"{name}_bias", Interval(-1, 1), per_neuron=True)
    return gain * centred / (variance + epsilon) ** S.Half + bias


__all__ = [
    "CellSymbol",
    "State",
    "Drive",
    "SharedDrive",
    "Parameter",
    "NeuronParameter",
    "DenseWeight",
    "RowWeight",
    "MeanWeight",
    "MapValue",
    "SharedMapValue",
    "Value",
    "SharedValue",
    "LinearMap",
    "state",
    "drive",
    "parameter",
    "recurrent",
    "mean",
    "layer_norm",
    "sigmoid",
    "is_shared",
    "is_constant",
]
