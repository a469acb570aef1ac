"""Benchmarks: ratios against a named alternative, measured side by side in one run."""
