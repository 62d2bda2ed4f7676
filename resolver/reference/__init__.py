"""Reference tables in the wheel: characters, legal forms, names, territories, and the FtM model."""
