"""Matrix states: linear attention and its gated, decaying and correcting relatives."""

from sympy import Interval, exp

from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import axis
from longlag.theory.language.reductions import total
from longlag.theory.language.symbols import drive, parameter, sigmoid, state

N = axis("N")
P = axis("P")
S = state("S", N, P)
k = drive("k", N)
v = drive("v", P)
alpha = sigmoid(drive("alpha", shared=True))
beta = sigmoid(drive("beta", shared=True))
f = sigmoid(drive("f", N))
read = total(k * S, over=N)

linear_attention = Cell(
    "linear_attention",
    {S: S + k * v},
    description="a sum of outer products",
    source="Katharopoulos et al. 2020, arXiv 2006.16236",
)

retention = Cell(
    "retention",
    {S: parameter("gamma", Interval.open(0, 1)) * S + k * v},
    description="outer products that decay at one rate, RetNet",
    source="Sun et al. 2023, arXiv 2307.08621",
)

gated_linear_attention = Cell(
    "gated_linear_attention",
    {S: f * S + k * v},
    description="outer products that decay by a gate for each key entry",
    source="Yang et al. 2024, arXiv 2312.06635",
)

hgrn2 = Cell(
    "hgrn2",
    {S: f * S + (1 - f) * v},
    description="the same with what the gate leaves as its key",
    source="Qin et al. 2024, arXiv 2404.07904",
)

delta_net = Cell(
    "delta_net",
    {S: S + beta * k * (v - read)},
    description="the delta rule",
    source="Schlag et al. 2021, arXiv 2102.11174",
)

gated_delta_net = Cell(
    "gated_delta_net",
    {S: alpha * (S - beta * k * read) + beta * k * v},
    description="the delta rule with a decay",
    source="Yang et al. 2025, arXiv 2412.06464",
)

rwkv7 = Cell(
    "rwkv7",
    {S: f * S - k * total(sigmoid(drive("a", N)) * k * S, over=N) + drive("r", N) * v},
    description="diagonal decay plus a correction, generalised delta rule",
    source="Peng et al. 2025, arXiv 2503.14456",
)

n = state("n", N)
i = exp(drive("i", shared=True))

mlstm = Cell(
    "mlstm",
    {S: alpha * S + i * k * v, n: alpha * n + i * k},
    description="matrix memory and normaliser of an xLSTM, its stabiliser left out",
    source="Beck et al. 2024, arXiv 2405.04517",
)
