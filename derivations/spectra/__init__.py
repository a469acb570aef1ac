"""From spectra of time scales to laws."""
