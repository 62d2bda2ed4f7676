"""Short and familiar forms of given names by language, and endings that make regular ones."""
