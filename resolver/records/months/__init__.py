"""Names of months in many languages, and the dates written with them."""
