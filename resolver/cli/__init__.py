"""The command line: one file a command, loaded when it is called. Results go to files and standard output, the rest to
standard error; exit codes are 0 done, 1 failed (one clear line), 2 bad usage."""
