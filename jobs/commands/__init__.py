"""The command line by noun. Each command is thin: it opens the database and calls one resolver."""
