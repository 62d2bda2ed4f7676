"""Members and ids of entities: what becomes of them when records come and go."""
