"""Axes: states of several sizes, matrix states, heads; maps from one axis to another.

An expression broadcasts by the names of its axes, so that for k over N and v over P the product k v
is the outer product. Inside a cell every state is a vector of entries, row after row, and what
mixes entries is a linear map with a matrix of zeros and ones: a sum over an axis, the spread of a
vector over the axes it lacks. So the Jacobian, its product and every check need no axes at all.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from sympy import Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import validate_name


class Axis(Symbol):
    """An axis of entries; as a symbol it stands for how many there are."""

    def __new__(cls, name: str, **_: Any) -> Axis:
        return super().__new__(cls, name, positive=True, integer=True)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name,), {}


#: The axes of an expression, in the order in which entries are laid out.
Axes: TypeAlias = tuple[Axis, ...]

#: The axis of every state, drive and map that names none.
NEURONS = Axis("H")


def axis(name: str) -> Axis:
    """Return an axis, such as that of the keys N or of the values P of a matrix state.

    Args:
        name: an identifier; sizes are given under it.

    Raises:
        LonglagError: the name is no identifier, or that of the axis of neurons, H.

    >>> axis("N")
    N
    """
    if validate_name("axis", name) == NEURONS.name:
        raise LonglagError(
            f"axis {name!r}", "that is the axis of what names none", "choose another letter"
        )
    return Axis(name)


def require_axis(what: str, value: Axis | None) -> Axis | None:
    """Return an axis, or none where none is named.

    Raises:
        LonglagError: it is something else, such as the name of one.
    """
    if value is None or isinstance(value, Axis):
        return value
    raise LonglagError(f"{what}={value!r}", "an axis is an object", 'make one with axis("N")')


def names(axes: Axes) -> list[str]:
    """Return the names of axes."""
    return [each.name for each in axes]


__all__ = ["NEURONS", "Axes", "Axis", "axis", "names", "require_axis"]
