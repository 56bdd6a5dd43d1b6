"""Set-up: everything that a fresh machine needs, step by step, each with its remedy when it cannot be had."""
