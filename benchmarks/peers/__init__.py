"""Peers: other tools, each in an environment of its own and run by one small script.

A script knows nothing of the resolver but the file formats.
"""
