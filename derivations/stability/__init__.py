"""Stability and isotropy: boundaries of spectra, critical gains, and what tied weights change."""
