"""Benchmarks: ratios of two ways to do the same, measured by turns in one run."""
