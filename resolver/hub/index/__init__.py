"""Index of a hub: keys and normal forms of all stored records, in memory-mapped segments."""
