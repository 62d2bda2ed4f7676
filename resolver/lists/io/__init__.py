"""Files as readers see them: decompressed, decoded, cut into rows."""
