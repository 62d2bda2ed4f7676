"""Parts that desk pages share."""
