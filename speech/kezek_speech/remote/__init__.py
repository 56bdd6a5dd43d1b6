"""Recognisers on other machines: a node that serves its own, and ears that are several nodes in turn."""
