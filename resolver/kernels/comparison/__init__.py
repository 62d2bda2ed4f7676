"""Kernels of comparators: dates, sets of codes, identifiers, acronyms, and sums of alignments."""
