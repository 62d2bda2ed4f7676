"""What all stages run on: compiled kernels and their arrays, threads, processes."""
