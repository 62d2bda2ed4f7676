"""Comparators of single words of names: numbers, places, parts, qualifiers and acronyms."""
