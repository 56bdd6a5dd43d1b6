"""`kezek up`: one parent that starts the parts, watches them, starts a dead one again, and takes all of them along when it goes."""
