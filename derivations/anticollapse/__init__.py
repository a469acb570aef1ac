"""Anti-collapse: which spectra of time scales a pull and jumps leave, and what shows them."""
