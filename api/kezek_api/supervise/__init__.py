"""`kezek up`: one parent that starts the parts, watches them, and takes all of them along when it goes."""
