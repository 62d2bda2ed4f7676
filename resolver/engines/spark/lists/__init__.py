"""Lists on a cluster: read by the workers, one record of each id, in ranges of ids."""
