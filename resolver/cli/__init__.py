"""Command line: one module for each command, imported when it is called.

Results go to files and standard output, everything else to standard error. Exit codes are 0 (done),
1 (failed, with one line that says why) and 2 (invalid usage).
"""
