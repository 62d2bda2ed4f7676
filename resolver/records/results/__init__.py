"""Results that stages hand on: resolutions and explanations."""
