r"""What is printed is read back: a display says what it came from, and must be read as that.

A statement carries what its display says, as sides with relations between them. The display is
taken apart and each side is read by the reader of papers, with the letters of the statement and
nothing else; what is read must be what was said.
"""

from longlag.theory.readback.attach import with_readings
from longlag.theory.readback.display import ReadBack, Words, of_relation, read_back, said
from longlag.theory.readback.letters import letters
from longlag.theory.readback.matrices import (
    CellMatrix,
    CellValue,
    Chain,
    Chains,
    Factor,
    Printed,
    Reader,
)
from longlag.theory.readback.neurons import TIME, CellLetters, ones_of, weight_entry
from longlag.theory.readback.sides import (
    Gap,
    Logarithm,
    Name,
    Quotient,
    Said,
    Slope,
    Supremum,
    Verbatim,
)
from longlag.theory.readback.text import read_text, text_of

__all__ = [
    "TIME",
    "CellLetters",
    "CellMatrix",
    "CellValue",
    "Chain",
    "Chains",
    "Factor",
    "Gap",
    "Printed",
    "Quotient",
    "Reader",
    "Logarithm",
    "Name",
    "ReadBack",
    "Said",
    "Slope",
    "Supremum",
    "Verbatim",
    "Words",
    "letters",
    "of_relation",
    "ones_of",
    "read_back",
    "read_text",
    "said",
    "text_of",
    "weight_entry",
    "with_readings",
]
