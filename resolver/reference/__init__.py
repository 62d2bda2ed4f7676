"""Reference tables that the wheel holds: characters, legal forms, names, territories, FtM model."""
