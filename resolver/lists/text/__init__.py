"""Free text in lists: dates, documents, names and remarks."""
