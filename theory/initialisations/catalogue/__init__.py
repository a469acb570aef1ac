"""One file per initialisation; ``initialisations/__init__.py`` registers them."""
