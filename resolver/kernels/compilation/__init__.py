"""How kernels become machine code: when a wheel is built, or on their first call."""
