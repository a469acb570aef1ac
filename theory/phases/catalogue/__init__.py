"""Families of laws, one file each."""
