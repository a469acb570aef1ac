"""One file per spectrum; ``spectra/__init__.py`` registers them."""
