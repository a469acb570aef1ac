"""Words with TeX between dollar signs, as a terminal shows them."""

from __future__ import annotations

import re

from longlag.derivations.document.prose import RunKind, compose
from longlag.theory.typeset.characters import characters_of_commands

_SPACE = re.compile(r"\\[,;:!> ]|\\quad|\\qquad|\\left|\\right|\\[bB]ig[lr]?")
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_FONT = re.compile(r"\\(?:mathrm|mathbb|text|operatorname|hat|tilde|bar|boldsymbol)\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
#: A group of one sign needs no braces.
_ALONE = re.compile(r"\{([^{}])\}")


def in_terminal(text: str) -> str:
    r"""Return words whose mathematics is spelt with the characters of a terminal.

    Args:
        text: words, TeX between dollar signs, code between backticks.

    >>> in_terminal(r"the rate $\eta_{\ell} = \frac{a}{b}\, \rho^{2 \ell}$")
    'the rate η_ℓ = a/b ρ^{2 ℓ}'
    """
    return compose(text, {RunKind.WORDS: str, RunKind.MATH: _math, RunKind.CODE: str})


def _math(tex: str) -> str:
    known = characters_of_commands()
    told = _SPACE.sub("", tex)
    told = _FONT.sub(r"\1", _FRACTION.sub(_over, told))
    told = _ROOT.sub(r"√(\1)", told)
    told = _COMMAND.sub(lambda found: known.get(found[1], found[1]), told)
    told = told.replace(r"\{", "{").replace(r"\}", "}").replace(r"\|", "‖")
    return " ".join(_ALONE.sub(r"\1", told).split())


def _over(found: re.Match[str]) -> str:
    above, below = (part if len(part.split()) < 2 else f"({part})" for part in found.groups())
    return f"{above}/{below}"


__all__ = ["in_terminal"]
