"""Generated training pairs: typos, hard negatives, registers, and pairs with controlled
differences.
"""
