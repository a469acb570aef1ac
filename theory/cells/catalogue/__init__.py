"""One file per cell; ``cells/__init__.py`` registers them."""
