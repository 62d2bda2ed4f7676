"""List formats: one reader module each."""
