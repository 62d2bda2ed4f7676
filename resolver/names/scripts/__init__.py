"""Names in scripts other than Latin: how they are read, written in Latin letters and compared."""
