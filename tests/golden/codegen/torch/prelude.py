from math import e, inf, pi

import torch
from torch import (
    acos, acosh, asin, asinh, atan, cos, cosh, erf, erfc, exp, expm1, log, log1p, relu, sigmoid,
    sign, sin, sinh, sqrt, tan, tanh, where,
)
from torch import abs as absolute
from torch.nn.functional import linear


def softplus(x):
    return torch.logaddexp(x, torch.zeros_like(x))


def log_expm1(x):
    # Where e**x would overflow, e**-x is what there is left to subtract.
    return x + log(-expm1(-x))


def log1mexp(x):
    # log(1 - e**-x): what is near 1 loses its digits, on one side or on the other of ln 2.
    near, far = torch.clamp(x, max=1), torch.clamp(x, min=0.5)
    return where(x > 0.6931471805599453, log1p(-exp(-far)), log(-expm1(-near)))


def wright_omega(x):
    # w + ln w = x by the iteration of Fritsch, Shafer and Crowley (1973), of fourth order.
    low = torch.clamp(x, max=1)
    high = torch.clamp(x, min=1)
    w = where(x < 1, exp(low)/(1 + exp(low)), high - log(high) + log(high)/high)
    # Below, the start is right to rounding, and a residual would only add noise.
    far = x < -30
    for _ in range(3):
        residual = where(far, 0, x - w - log(where(far, 1, w)))
        step = residual/(1 + w)
        q = 2*(1 + w + 2*residual/3)
        w = w*(1 + step*(q - step)/(q - 2*step))
    return w


def lower_omega(x):
    # v - ln(1 + v) = x - 1 by Newton's method from the bound of Chatzigeorgiou (2013) above it.
    u = torch.clamp(x - 1, min=0)
    apart = u > 0
    v = where(apart, sqrt(2*where(apart, u, 1)) + u, 1)
    for _ in range(6):
        v = v - (v - torch.log1p(v) - u)*(1 + v)/v
    return where(apart, 1 + v, 1)


def bisect(falling, low, high):
    # The root of a falling function; 64 halvings exhaust double precision. NaN where it lies
    # beyond, or where the function jumps over it because a value underflows.
    with torch.no_grad():
        beyond = falling(high) > 0
        for _ in range(64):
            middle = (low + high)/2
            above = falling(middle) > 0
            low, high = where(above, middle, low), where(above, high, middle)
        middle = (low + high)/2
        reached = absolute(falling(middle)) <= torch.finfo(middle.dtype).eps**0.25
        return where(beyond | ~reached, torch.nan, middle)


def hold(x):
    # A number is held already.
    return x.detach() if isinstance(x, torch.Tensor) else x


def surrogate(x, value, slope):
    return hold(value) + (x - hold(x)) * hold(slope)


def heaviside(x, at_zero):
    return where(x == 0, at_zero, (x > 0).to(x.dtype))


def vanishing_product(x, y):
    # Where x is 0 before y overflows, y counts as a finite number.
    return x*where(x == 0, torch.clamp(y, -1, 1), y)


def minimum(a, b):
    return torch.minimum(*pair(a, b))


def maximum(a, b):
    return torch.maximum(*pair(a, b))


def pair(a, b):
    like = a if torch.is_tensor(a) else b
    return constant(a, like), constant(b, like)


def arrays(*values):
    floating = [v for v in values if torch.is_tensor(v) and v.is_floating_point()]
    like = floating[0] if floating else torch.empty(())
    return [v if any(v is f for f in floating) else constant(v, like) for v in values]


def constant(value, like):
    return torch.as_tensor(value, dtype=like.dtype, device=like.device)


def frame_of(*arrays):
    shape = arrays[0].shape
    if any(array.shape != shape for array in arrays):
        shape = torch.broadcast_shapes(*(array.shape for array in arrays))
    return arrays[0].new_zeros(()).expand(shape)


def field(entry, frame):
    entry = constant(entry, frame)
    return entry if entry.shape == frame.shape else entry.expand(frame.shape)


def dense(weight, argument):
    return linear(argument, weight)


def row(weight, argument):
    return (argument @ weight).unsqueeze(-1)


def mean(argument):
    return argument.mean(-1, keepdim=True)


def largest(weight, argument):
    # Rows that are alike have the same largest entry; the first of them stands for all.
    inside = (weight != 0).to(torch.int64)
    first = inside.argmax(0)
    kept = where(inside.any(0), argument, -inf)
    found = torch.full_like(kept, -inf)
    found = found.scatter_reduce(-1, first.expand(kept.shape), kept, "amax")
    return found.index_select(-1, first[inside.argmax(1)])


def zero_matrix(states, frame, *groups):
    # Under vmap only a batched array may grow in place: this one is, where any argument is.
    values = [value for group in groups for value in group.values()]
    zero = sum(constant(value, frame).new_zeros(()) for value in values)
    size = states*frame.shape[-1]
    return zero.new_zeros((*frame.shape[:-1], size, size))


def block_of(matrix, states, i, j):
    H = matrix.shape[-1]//states
    return matrix[..., i*H:(i + 1)*H, j*H:(j + 1)*H]


def add_rows(block, entry, matrix):
    add_product(block, entry.unsqueeze(-1), matrix)


def add_outer(block, column, entries):
    add_product(block, column.unsqueeze(-1), entries.unsqueeze(-2))


def add_product(block, left, right):
    # The fused operation saves a pass over memory, but vmap has no rule for it and would loop.
    if not torch.compiler.is_compiling() and owns_memory(block):
        block.addcmul_(left, right)
    else:
        block.add_(left*right)


def owns_memory(array):
    try:
        array.untyped_storage()
    except (NotImplementedError, RuntimeError):
        return False  # inside vmap or another transform
    return True


def add_diagonal(block, entry):
    block.diagonal(dim1=-2, dim2=-1).add_(entry)


def add_matrix(block, matrix):
    block.add_(matrix)


def scale_rows(entry, matrix):
    return entry.unsqueeze(-1)*matrix


def scale_columns(matrix, entry):
    return matrix*entry.unsqueeze(-2)


def apply(matrix, entries):
    return (matrix @ entries.unsqueeze(-1)).squeeze(-1)


def left_multiply(entries, matrix):
    return (entries.unsqueeze(-2) @ matrix).squeeze(-2)


def inner(left, right):
    return (left*right).sum(-1, keepdim=True)


def diagonal_of(matrix):
    return matrix.diagonal(dim1=-2, dim2=-1)


def diagonal_of_product(left, right):
    return (left*right.mT).sum(-1)


def diagonal_through(left, entry, right):
    return dense(left*right.mT, entry)


def stack_entries(rows):
    return torch.stack([torch.stack(entries, -2) for entries in rows], -3)
