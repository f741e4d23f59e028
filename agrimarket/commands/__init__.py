"""Commands of the command line that are imported only when they are called."""
