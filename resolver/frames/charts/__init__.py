"""Charts of results by Altair (extra `charts`)."""
