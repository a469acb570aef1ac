"""Linear functionals as numbers: approximation by exponentials, training, stability."""
