"""Data frames in and out: `dedupe`, `link`, `Index` and `EntityResolver` over the engines."""
