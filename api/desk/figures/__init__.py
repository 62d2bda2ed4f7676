"""Charts and rows of evidence, as pages of the desk show them."""
