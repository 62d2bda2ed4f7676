"""Generated training pairs: typos, hard negatives, registers, controlled differences."""
