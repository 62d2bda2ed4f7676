"""Parts that benchmarks share: data sets, timing, measures, tables."""
