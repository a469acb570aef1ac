"""Products over a lag: first-order rates and exact diagonals of every product over a lag.

Time runs forward along the first axis: factor t is ∂h_t/∂h_{t−1}, and the product of lag ℓ that
ends at anchor t is J_t J_{t−1} ⋯ J_{t−ℓ+1}, for t = ℓ−1 … T−1.
"""
