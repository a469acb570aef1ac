"""The statements of a prelude are the text between their places, whatever stands around them."""

from __future__ import annotations

import ast

import pytest

from longlag.numerics.codegen.prelude import defined_names, select

PRELUDE = '''
from math import e, pi
π2 = pi**2; tau = 2*pi  # two on a line, after a letter of two bytes
def shifted(x):
    """“Quoted”, over
    lines."""
    return x + tau
unused = e
'''


@pytest.mark.parametrize(
    ("body", "names"),
    [("print(tau)", ["tau"]), ("y = π2", ["π2"]), ("z = shifted(1)", ["tau", "shifted"])],
)
def test_a_statement_is_the_text_that_the_standard_library_finds(
    body: str, names: list[str]
) -> None:
    chosen = select(PRELUDE, body)
    for node in ast.parse(PRELUDE).body[1:]:
        source = ast.get_source_segment(PRELUDE, node)
        assert source is not None
        defined = defined_names(source)
        assert (source in chosen) == bool(defined & set(names))
    assert "from math import pi" in chosen
