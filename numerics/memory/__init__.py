"""Linear functionals as numbers: approximation by exponentials, training, stability."""

from longlag.names import listed

__all__: list[str] = []

listed(__name__, rooms=("approximation", "flow"))
