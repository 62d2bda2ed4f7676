"""Runs of commands on a cluster whose workers read and write."""
