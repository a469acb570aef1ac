"""``longlag descent``: how wide a network and how long gradient descent the theorems ask for."""

from __future__ import annotations

import json
from typing import Annotated, Any

import mpmath
import typer
from sympy import Expr, Rational

from longlag import __version__
from longlag.cli.reading.completion import names_of
from longlag.cli.showing.numbers import number_json, number_text
from longlag.theory.descent.activation import read_activation
from longlag.theory.descent.convergence import (
    finite_width_error,
    largest_step,
    linearisation_error,
    required_iterations,
    risk_bound,
)
from longlag.theory.descent.guarantee import Guarantee
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.requirement import Requirement, requirement
from longlag.theory.descent.scaling import Algorithm
from longlag.theory.descent.smoothness import Regime
from longlag.theory.descent.symbols import gain, gradient_ball, hessian_ball, misfit
from longlag.theory.errors import LonglagError
from longlag.theory.typed.parse import parse_number

#: Old names in JSON, which are kept, and what they are called now.
_OLD_NAMES = {"m_concentration": "m_finite_width", "concentration_error": "finite_width_error"}
#: Longer expressions are cut, longer numbers rounded.
_LONGEST = 60
#: Digits of numbers in the table and in strings of JSON.
_SHOWN, _WRITTEN = 8, 15

EXAMPLES = ("longlag descent --T 100 --n 1000 --d 8 --alpha 0.9 --delta 0.05 --epsilon 0.1",)


def descent(
    steps: Annotated[str, typer.Option("--T", help="Steps of a sequence.")],
    samples: Annotated[str, typer.Option("--n", help="Number of sequences.")],
    dimension: Annotated[str, typer.Option("--d", help="Components of an input.")],
    alpha: Annotated[str, typer.Option(help="|W_ii| at the start, 0 or more.")],
    delta: Annotated[str, typer.Option(help="Probability of failure, in (0, 1).")],
    epsilon: Annotated[str, typer.Option(help="Mean square error to reach, in (0, 1).")],
    activation: Annotated[
        str,
        typer.Option(
            help="A name, or an expression in a such as 'tanh(a)/2'.",
            autocompletion=names_of("activations"),
        ),
    ] = "tanh",
    nu_w: Annotated[str, typer.Option("--nu-w", help="Size of the target by W.")] = "1",
    nu_u: Annotated[str, typer.Option("--nu-u", help="Size of the target by U.")] = "1",
    rho_w: Annotated[
        str | None, typer.Option("--rho-w", help="Radius of projected descent; nu-w if not given.")
    ] = None,
    rho_u: Annotated[
        str | None, typer.Option("--rho-u", help="The same by U; nu-u if not given.")
    ] = None,
    input_bound: Annotated[
        str, typer.Option("--input-bound", help="Largest Euclidean norm of an input.")
    ] = "1",
    width: Annotated[
        str | None, typer.Option("--m", help="Evaluate the bounds at this width as well.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Compute a width m and the steps tau for which gradient descent provably reaches epsilon."""
    typed = {
        "T": steps,
        "n": samples,
        "d": dimension,
        "alpha": alpha,
        "delta": delta,
        "epsilon": epsilon,
        "nu-w": nu_w,
        "nu-u": nu_u,
        "rho-w": rho_w,
        "rho-u": rho_u,
        "input-bound": input_bound,
    }
    numbers = {
        name: None if text is None else parse_number(text, f"--{name}")
        for name, text in typed.items()
    }
    problem = Problem(
        steps=numbers["T"],
        samples=numbers["n"],
        dimension=numbers["d"],
        alpha=numbers["alpha"],
        delta=numbers["delta"],
        epsilon=numbers["epsilon"],
        activation=read_activation(activation),
        nu_w=numbers["nu-w"],
        nu_u=numbers["nu-u"],
        rho_w=numbers["rho-w"],
        rho_u=numbers["rho-u"],
        input_bound=numbers["input-bound"],
    )
    at_width = None if width is None else _at_width(problem, parse_number(width, "--m"))
    found = {each: requirement(problem, each) for each in Algorithm}
    if as_json:
        given = {
            name.replace("-", "_"): str(value)
            for name, value in numbers.items()
            if value is not None
        }
        fields = {
            **_fields(found[Algorithm.PROJECTED]),
            "plain": _fields(found[Algorithm.PLAIN]),
            "at_m": None
            if at_width is None
            else _with_old_names({k: _number(v) for k, v in at_width.items()}),
            "inputs": {**given, "activation": str(problem.certified.function)},
            "version": __version__,
        }
        typer.echo(json.dumps(fields, indent=2))
        return
    typer.echo(_text(problem, found))
    if at_width is not None:
        typer.echo(_text_at_width(at_width))


def _at_width(problem: Problem, width: Rational) -> dict[str, Any]:
    """What projected descent is known to reach with m neurons, by the names of JSON."""
    if not width.is_integer:
        raise LonglagError(f"--m {width}", "m counts neurons", "give an even integer")
    guarantee = Guarantee(problem, int(width))
    # Powers r^T lose the digits of T.
    with mpmath.workdps(2 * _WRITTEN + len(str(problem.steps))):
        numbers = guarantee.numbers
        step = guarantee.number(largest_step())
        steps = mpmath.ceil(guarantee.number(required_iterations()))
        return {
            "m": int(width),
            "gain": numbers[gain],
            "gradient_bound": numbers[gradient_ball],
            "hessian_bound": numbers[hessian_ball],
            "finite_width_error": guarantee.number(finite_width_error()),
            "linearisation_error": guarantee.number(linearisation_error()),
            "misfit": numbers[misfit],
            "tau": steps,
            "step_size": step,
            "risk_bound": guarantee.number(risk_bound(), step_size=step, iterations=steps),
        }


def _text_at_width(found: dict[str, Any]) -> str:
    words = {name: _shown(value) for name, value in found.items()}
    return (
        f"At m = {words['m']}, projected: r = {words['gain']}, l_T = {words['gradient_bound']}, "
        f"B_T = {words['hessian_bound']}; error at finite width e_m = "
        f"{words['finite_width_error']}, linearisation error {words['linearisation_error']}, "
        f"misfit x = {words['misfit']}. The mean risk of {words['tau']} steps of size "
        f"{words['step_size']} is at most {words['risk_bound']}."
    )


def _fields(found: Requirement) -> dict[str, Any]:
    numbers = {
        "m": found.width,
        "tau": found.iterations,
        "step_size": found.step_size,
        "parameters": found.parameters,
        "radius": found.radius,
        "alpha_m": found.alpha_ball,
        "gain": found.gain,
        "gradient_bound": found.gradient,
        "gradient_bound_at_start": found.gradient_at_start,
        "hessian_bound": found.hessian,
        "m_finite_width": found.finite_width,
        "m_linearisation": found.linearisation,
        "m_cutoff": found.cutoff,
        "m_any_horizon": found.horizon_free,
        "m_mean_square": found.mean_square,
    }
    words = {
        "algorithm": str(found.algorithm),
        "regime": str(found.regime),
        "binding": found.binding,
    }
    logarithms = {
        f"log10_{name}": _number(mpmath.log10(numbers[name]))
        for name in ("m", "tau", "step_size", "gradient_bound", "hessian_bound")
    }
    found_numbers = {name: _number(value) for name, value in numbers.items()}
    return words | _with_old_names(found_numbers) | logarithms


def _with_old_names(numbers: dict[str, Any]) -> dict[str, Any]:
    """Numbers by name, with those names that have become others."""
    old = {name: numbers[new] for name, new in _OLD_NAMES.items() if new in numbers}
    return numbers | old


def _number(value: Any) -> Any:
    """A number of JSON; a smaller width than the one that was found would not suffice."""
    return number_json(value, _WRITTEN, up=True)


def _text(problem: Problem, found: dict[Algorithm, Requirement]) -> str:
    activation = problem.certified
    bounds = ", ".join(
        f"s{order} = {_short(bound)}" for order, bound in enumerate(activation.constants)
    )
    side = {
        Regime.BELOW: "below the cutoff 1: as T grows the bounds stay finite, m grows as ln T "
        "at most",
        Regime.AT: "at the cutoff 1: the bounds grow as powers of T",
        Regime.ABOVE: "above the cutoff 1: the bounds grow exponentially in T",
    }[problem.regime]
    at_start = number_text(mpmath.mpf((problem.alpha * problem.slope_bound).evalf(15)))
    lines = [
        f"{'activation':<22}{_short(activation.function)}: {bounds}",
        f"{'regime':<22}alpha s1 = {at_start}, {side}",
        f"{'gradient descent':<22}" + "".join(f"{name:>24}" for name in found),
    ]
    rows = {
        "m, width": [one.width for one in found.values()],
        "tau, steps": [one.iterations for one in found.values()],
        "eta, step size": [one.step_size for one in found.values()],
        "m (d+1), parameters": [one.parameters for one in found.values()],
        "rho, radius": [one.radius for one in found.values()],
        "r = alpha_m s1": [one.gain for one in found.values()],
        "l_T, gradient bound": [one.gradient for one in found.values()],
        "B_T, Hessian bound": [one.hessian for one in found.values()],
        "m by finite width": [one.finite_width for one in found.values()],
        "m by linearisation": [one.linearisation for one in found.values()],
        "m for r < 1": [one.cutoff for one in found.values()],
        "m, bounds of any T": [one.horizon_free for one in found.values()],
        "m, no union bound": [one.mean_square for one in found.values()],
    }
    lines += [
        f"{name:<22}" + "".join(f"{_shown(v):>24}" for v in row) for name, row in rows.items()
    ]
    lines.append(f"{'binding term':<22}" + "".join(f"{one.binding:>24}" for one in found.values()))
    over = [name for name, one in found.items() if one.cutoff is not None and one.gain >= 1]
    if over:
        lines.append(
            f"At these widths the ball of {' and '.join(over)} descent reaches over the cutoff "
            "(r >= 1), which bounds at this T allow."
        )
    chance = number_text(1 - mpmath.mpf(problem.delta.evalf(15)))
    lines.append(
        f"With probability {chance} over the start, the least mean square error of these steps is "
        f"at most {number_text(float(problem.epsilon))}, for targets of size nu = "
        f"{number_text(float(problem.size))}. Sufficient, not necessary."
    )
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return number_text(value, _SHOWN, up=True)


def _short(expression: Expr) -> str:
    """An expression; a number of many digits in a few of them."""
    text = str(expression)
    if len(text) <= _LONGEST:
        return text
    return str(expression.evalf(_WRITTEN)) if expression.is_number else f"{text[:_LONGEST]}…"
