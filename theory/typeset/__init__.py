"""TeX beneath the nouns: what prints itself, tokens of a formula, scalars, Unicode."""
