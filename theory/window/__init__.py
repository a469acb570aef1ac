"""N(ℓ) and H_N: the learnability window of a decay law, in formulas and in numbers."""
