r"""What is printed is read back: a display says what it came from, and must be read as that.

A statement carries what its display says, as sides with relations between them. The display is
taken apart and each side is read by the reader of papers, with the letters of the statement and
nothing else; what is read must be what was said.
"""

from longlag.theory.readback.display import ReadBack, Words, of_relation, read_back, said
from longlag.theory.readback.letters import letters
from longlag.theory.readback.sides import Logarithm, Name, Said, Slope, Supremum, Verbatim

__all__ = [
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
    "read_back",
    "said",
]
