"""Parts of `benchmarks.behavior`: commands to run, outputs to keep, digests to compare."""
