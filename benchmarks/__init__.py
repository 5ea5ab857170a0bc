"""Benchmarks: ratios against a named baseline, both measured in one run. Figures are kept in docs/benchmarks.md."""
