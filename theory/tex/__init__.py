r"""LaTeX of a paper, read into SymPy: formulas, chains of relations, whole papers.

Nothing is worked out and nothing is guessed: what a name stands for is declared, in comments of the
paper or in Python, and what may be read in two ways is refused with its place and the remedy.
"""

from longlag.theory.tex.checks import Approach, Check, read_check, read_condition
from longlag.theory.tex.declarations import Declarations
from longlag.theory.tex.display import Display, Passage
from longlag.theory.tex.formula import Chain, Line, Step
from longlag.theory.tex.reading import read_formula
from longlag.theory.tex.rows import Row
from longlag.theory.tex.source import Paper, read_paper
from longlag.theory.tex.tokens import Place

__all__ = [
    "Approach",
    "Chain",
    "Check",
    "Declarations",
    "Display",
    "Line",
    "Paper",
    "Passage",
    "Place",
    "Row",
    "Step",
    "read_check",
    "read_condition",
    "read_formula",
    "read_paper",
]
