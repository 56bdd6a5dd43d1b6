"""Bulletins: a manager's words made into sound, kept where Asterisk finds them, and told to calls."""
