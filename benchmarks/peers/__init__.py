"""The peers: each in an environment of its own, run by one small script that knows nothing of ours but the file
formats.
"""
