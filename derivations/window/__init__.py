"""Sample sizes, windows and estimators."""
