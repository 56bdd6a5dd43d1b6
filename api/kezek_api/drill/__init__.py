"""`kezek drill`: a hotline of its own under load, whose parts die, freeze and vanish by a seeded plan."""
