"""The atoms of a cell: states, drives, parameters, and the values named on the way.

Each is a SymPy symbol of its own class, so that a state ``h`` and a map ``h`` never collide. Two
flags say how it varies: ``shared`` (one number for all neurons) and ``constant`` (the same at all
times).
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, overload

from sympy import Add, Expr, I, Interval, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import Axes, Axis
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.scalar.parameters import require_count, validate_name
from longlag.theory.typeset.author import check_tex

#: Each step of a delay is a state, and a Jacobian has a block for every pair of states.
_LONGEST_DELAY = 256


class CellSymbol(Symbol):
    """A symbol with a role in a cell; symbols of different roles differ even under one name."""

    role: ClassVar[str] = ""
    shared: ClassVar[bool] = False
    constant: ClassVar[bool] = False
    #: Its TeX, where its author gave it one; it is part of what the symbol is.
    tex: str = ""
    #: Its axes, where its author named them; else it has that of the neurons, or none.
    axes: Axes = ()

    def __new__(cls, name: str, tex: str = "", axes: Axes = (), **_: Any) -> CellSymbol:
        if not (tex or axes):
            return super().__new__(cls, name, real=True)
        # Not through the cache of Symbol, which would drop the TeX.
        symbol = Symbol.__xnew__(cls, name, real=True)
        symbol.tex, symbol.axes = tex, axes
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.tex, str(self.axes))

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.tex, self.axes), {}


class Ranged(CellSymbol):
    """A symbol with the interval that its values lie in."""

    interval: Interval

    def __new__(
        cls, name: str, interval: Interval = S.Reals, tex: str = "", axes: Axes = (), **_: Any
    ) -> Ranged:
        # Not through the cache of Symbol, which would drop the interval.
        symbol = Symbol.__xnew__(cls, name, real=True)
        symbol.interval, symbol.tex, symbol.axes = interval, tex, axes
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.interval)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.interval, self.tex, self.axes), {}

    def delay(self, steps: int) -> Any:
        """Return the value some steps before, which only a state has.

        Raises:
            LonglagError: always; a state has a method of its own.
        """
        raise LonglagError(
            f"{self.role} {self.name!r} delayed by {steps!r}",
            "only a state is kept from step to step",
            f"make a state that takes it in, {{x: {self.name}}}, and delay that",
        )


class State(Ranged):
    """A neuron's previous value."""

    role = "state"
    #: How many steps before the new value it stands.
    behind: int = 1

    def delay(self, steps: int) -> State:
        """Return the value some steps before the new one; the state itself is that one step before.

        Args:
            steps: at least 1.

        Raises:
            LonglagError: a delay below 1.

        >>> state("h").delay(2), state("h").delay(1)
        (h_2, h)
        """
        count = require_count(
            f"delay of state {self.name!r}",
            steps,
            "the new value is not known yet, and each step back is a state of its own",
            least=1,
            most=_LONGEST_DELAY,
        )
        return self if count == 1 else DelayedState(self, count)


class DelayedState(State):
    """The value of a state two or more steps before the new one."""

    of: State

    def __new__(cls, of: State, behind: int, **_: Any) -> DelayedState:
        symbol: DelayedState = Symbol.__xnew__(cls, f"{of.name}_{behind}", real=True)
        symbol.of, symbol.behind = of, behind
        symbol.interval, symbol.tex, symbol.axes = of.interval, of.tex, of.axes
        return symbol

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.of, self.behind), {}


class Output(State):
    """What a cell gives out: its update reads the new states, and nothing reads it."""


class ComplexState(Add):
    """A complex state: the sum of its two parts, which may stand some steps back."""

    def __new__(cls, *parts: Expr, **_: Any) -> ComplexState:
        pair: ComplexState = Expr.__new__(cls, *parts)
        pair.is_commutative = True
        return pair

    @property
    def func(self) -> type[Add]:
        """What it is once anything is put in: a sum like any other."""
        return Add

    def delay(self, steps: int) -> Expr:
        """Return the value some steps before the new one, as for a real state.

        >>> state("z", complex=True).delay(2).as_real_imag()
        (z_re_2, z_im_2)
        """
        real, imaginary = self.as_real_imag()
        if steps == 1:
            return self
        return real.delay(steps) + I * imaginary.delay(steps)


class Drive(Ranged):
    """All of a pre-activation that does not depend on the state: input and bias."""

    role = "drive"


class SharedDrive(Drive):
    """A drive that is one number for all neurons."""

    shared = True


class Parameter(Ranged):
    """A constant number such as a leak α, with the interval it lives in."""

    role = "parameter"
    shared = True
    constant = True


class NeuronParameter(Parameter):
    """A constant with one number per neuron, such as the gain γ of a LayerNorm."""

    shared = False


class Value(CellSymbol):
    """The value of a nonlinearity inside an update, such as a gate z or a candidate n."""

    role = "value"


class SharedValue(Value):
    """A value that is one number for all neurons."""

    shared = True


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


@overload
def state(
    name: str, *where: Interval | Axis, complex: Literal[False] = False, tex: str = ""
) -> State: ...


@overload
def state(
    name: str, *where: Interval | Axis, complex: Literal[True], tex: str = ""
) -> ComplexState: ...


def state(
    name: str, *where: Interval | Axis, complex: bool = False, tex: str = ""
) -> State | ComplexState:
    r"""Return the previous value of a neuron's state ``name``.

    Args:
        name: an identifier.
        where: a SymPy ``Interval``, such as ``Interval.open(0, oo)`` of a normaliser: networks are
            drawn from it, and a run that leaves it is refused; and the axes of its entries, where
            it is no vector over the neurons.
        complex: a complex number; the cell then has the states ``{name}_re`` and ``{name}_im``.
        tex: how its letter is printed, such as ``\mathbf{s}``; by default as the name reads.

    >>> state("h"), state("h", tex=r"\mathbf{s}").tex
    (h, '\\mathbf{s}')
    """
    interval, axes = _where("state", name, where)
    if complex:
        return ComplexState(*_pair(State, "state", name, interval, axes).args)
    return State(validate_name("state", name), interval, own_tex("state", name, tex), axes)


def output(name: str, *axes: Axis, tex: str = "") -> Output:
    """Return what a cell gives out, whose update is over the states after the step.

    In all derivations it is one more state, which no update reads: its blocks are the derivatives
    of the output by the states before.

    Args:
        name: an identifier.
        axes: those of its entries, where it is no vector over the neurons.
        tex: how its letter is printed; by default as the name reads.

    >>> output("y")
    y
    """
    own = own_tex("output", name, tex)
    return Output(validate_name("output", name), S.Reals, own, require_axes("output", name, axes))


def _pair(kind: type[Ranged], role: str, name: str, interval: Interval, axes: Axes) -> Expr:
    """A complex number of two symbols that are real."""
    if interval != S.Reals:
        raise LonglagError(
            f"interval {interval} of the complex {role} {name!r}",
            "a complex number has none",
            "leave it out, or give two real ones",
        )
    validate_name(role, name)
    return kind(f"{name}_re", axes=axes) + I * kind(f"{name}_im", axes=axes)


def drive(
    name: str, *where: Interval | Axis, shared: bool = False, complex: bool = False, tex: str = ""
) -> Expr:
    """Return all of a pre-activation that does not depend on the state.

    Args:
        name: an identifier; the drive of a map usually bears the map's name.
        where: a SymPy ``Interval``, such as that of a step that is positive, and the axes of its
            entries, where it is no vector over the neurons.
        shared: one number for all neurons. A drive with the name of a shared map is shared.
        complex: a complex number, of the drives ``{name}_re`` and ``{name}_im``.
        tex: how its letter is printed; by default d, the name above.

    >>> drive("z")
    z
    """
    kind = SharedDrive if shared else Drive
    interval, axes = _where("drive", name, where)
    if shared and axes:
        raise LonglagError(
            f"shared drive {name!r} over {', '.join(map(str, axes))}",
            "what is shared is one number and has no axes",
            f"write drive({name!r}, {', '.join(map(str, axes))}), which the axes it lacks share",
        )
    if complex:
        return _pair(kind, "drive", name, interval, axes)
    return kind(validate_name("drive", name), interval, own_tex("drive", name, tex), axes)


def parameter(
    name: str, interval: Interval = S.Reals, *axes: Axis, per_neuron: bool = False, tex: str = ""
) -> Parameter:
    """Return a constant such as a leak α.

    Args:
        name: an identifier.
        interval: where it lives, a SymPy ``Interval``; checks draw from it.
        axes: those of its entries, where it is neither one number nor a vector over the neurons.
        per_neuron: one number for each neuron, shape ``(H,)``, instead of one for all.
        tex: how its letter is printed; by default as the name reads, ``tau_m`` as τ_m.

    >>> parameter("alpha", Interval.open(0, 1)).interval
    Interval.open(0, 1)
    """
    given, named = _where("parameter", name, (interval, *axes))
    kind = NeuronParameter if per_neuron or named else Parameter
    return kind(validate_name("parameter", name), given, own_tex("parameter", name, tex), named)


def _where(role: str, name: str, where: tuple[Any, ...]) -> tuple[Interval, Axes]:
    """The interval and the axes among what is said of a symbol."""
    axes = tuple(each for each in where if isinstance(each, Axis))
    intervals = [each for each in where if not isinstance(each, Axis)]
    if len(intervals) > 1:
        raise LonglagError(
            f"{len(intervals)} intervals of {role} {name!r}", "it lives in one", "give their part"
        )
    interval = intervals[0] if intervals else S.Reals
    return _own_interval(role, name, interval), require_axes(role, name, axes)


def require_axes(role: str, name: str, axes: Axes) -> Axes:
    """Return axes, each given once.

    Raises:
        LonglagError: one stands there twice.
    """
    for each in axes:
        if axes.count(each) > 1:
            raise LonglagError(
                f"axes {', '.join(map(str, axes))} of {role} {name!r}",
                "they are different axes",
                'make each with axis("N") and give it once',
            )
    return axes


def _own_interval(role: str, name: str, interval: Interval) -> Interval:
    if not (isinstance(interval, Interval) and interval.start < interval.end):
        raise LonglagError(
            f"interval {interval} of {role} {name!r}",
            f"a {role} lives in a real interval of positive length",
            "give one such as sympy.Interval.open(0, 1)",
        )
    return interval


def own_tex(role: str, name: str, tex: str) -> str:
    """Return the TeX that an author gave a symbol, checked."""
    return check_tex(f"tex of {role} {name!r}", tex) if tex != "" else ""


__all__ = [
    "CellSymbol",
    "Ranged",
    "State",
    "ComplexState",
    "Drive",
    "SharedDrive",
    "Output",
    "output",
    "Parameter",
    "NeuronParameter",
    "Value",
    "SharedValue",
    "state",
    "drive",
    "parameter",
    "sigmoid",
    "is_shared",
    "is_constant",
]
