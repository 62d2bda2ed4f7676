"""Learning how words of other scripts are written with Latin letters, from pairs of names."""
