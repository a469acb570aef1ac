"""One file per law; ``laws/__init__.py`` registers them."""
