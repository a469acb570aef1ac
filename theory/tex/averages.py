r"""Numbers of a whole: expectations of a random number, traces and determinants of a matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy
from sympy import Expr

from longlag.theory.tex.arguments import arguments, finished, in_brackets
from longlag.theory.tex.bindings import name_in
from longlag.theory.tex.context import Context, is_matrix, key_of, number
from longlag.theory.tex.indices import parts_of
from longlag.theory.tex.laws import read_law
from longlag.theory.tex.names import Key, Random
from longlag.theory.tex.parts import Part
from longlag.theory.tex.tokens import refusal
from longlag.theory.verify.ordered import NeuronDiagonal


def expectation(context: Context, run: Sequence[Part], at: int) -> tuple[Expr, int]:
    """Return an expectation, and the index behind it.

    Args:
        context: what is known.
        run: parts side by side.
        at: where the sign stands.
    """
    from longlag.theory.verify.expectations import Expectation

    part = run[at]
    brackets = run[at + 1] if at + 1 < len(run) else None
    inner = in_brackets(brackets)
    if brackets is None or inner is None or len(inner.children) != 1 or part.sup or part.primes:
        raise refusal(part.token, "an expectation is of what stands in brackets", "write E[...]")
    key, random = _random(context, part, inner)
    within = context.binding({key: random.symbol})
    value = number(within.value(inner.children[0]), part.token)
    found = Expectation(value, random.symbol, random.law)
    return finished(context, found, brackets), at + 2


def _random(context: Context, part: Part, inner: Part) -> tuple[Key, Random]:
    """What an expectation is over: said below it, or the one random number inside."""
    if part.sub is not None:
        tokens = part.sub.inner
        signs = [i for i, token in enumerate(tokens) if token.text == r"\sim"]
        if len(signs) == 1:
            key = name_in(tokens[: signs[0]], part.sub.token)
            law = read_law(context, tokens[signs[0] + 1 :], part.sub.token)
            return key, Random(sympy.Symbol(key.plain, real=True), law)
        keys = {name_in(tokens, part.sub.token)}
    else:
        keys = set(_random_names(context, inner))
    declared = [(k, context.names.entities.get(k)) for k in keys]
    found = [(k, entity) for k, entity in declared if isinstance(entity, Random)]
    if len(found) != 1:
        shown = ", ".join(sorted(k.tex for k, _ in found)) or "none"
        raise refusal(
            part.token,
            f"an expectation is over one random number, and here over {shown}",
            r"declare it: % longlag: let X \sim \mathcal{N}(0,1)",
        )
    return found[0]


def _random_names(context: Context, part: Part) -> Iterator[Key]:
    for child in part.children:
        for inner in parts_of(child):
            if inner.kind == "name":
                key = key_of(inner)
                for candidate in (key, _without_sup(key)):
                    if isinstance(context.names.entities.get(candidate), Random):
                        yield candidate
            yield from _random_names(context, inner)
            if inner.sup is not None:
                # A random number in an exponent, as in e^{kX}.
                for token in inner.sup.inner:
                    if isinstance(context.names.entities.get(Key(token.text)), Random):
                        yield Key(token.text)


def _without_sup(key: Key) -> Key:
    return key._replace(sup="")


def of_matrix(context: Context, what: str, run: Sequence[Part], at: int) -> tuple[Any, int]:
    """Return a trace, a determinant or a diagonal matrix, and the index behind it.

    Args:
        context: what is known.
        what: which of them.
        run: parts side by side.
        at: where the sign stands.
    """
    part = run[at]
    if not part.bare:
        raise refusal(part.token, "its argument is missing", "write it in brackets")
    values, brackets, after = arguments(context, run, at, part.text)
    value: Any = values[0]
    neurons = context.names.neurons
    if what == "diagonal" and len(values) == 1 and neurons and not is_matrix(value):
        if neurons.vary(value):
            return finished(context, NeuronDiagonal(value, neurons.size), brackets), after
        raise refusal(
            part.token, "it is the same at all neurons", "multiply the identity matrix by it"
        )
    if not is_matrix(value) or len(values) > 1:
        raise refusal(part.token, "it is taken of one matrix", "declare it: let A be a matrix")
    square = value.shape[0] == value.shape[1]
    if what == "diagonal":
        if value.shape[1] != 1:
            raise refusal(part.token, "diag is taken of a vector", "declare it: let v be a vector")
        result = sympy.DiagMatrix(value)
    elif not square:
        raise refusal(part.token, "it is taken of a square matrix", "multiply, or transpose")
    else:
        result = sympy.Trace(value) if what == "trace" else sympy.Determinant(value)
    return finished(context, result, brackets), after


__all__ = ["expectation", "of_matrix"]
