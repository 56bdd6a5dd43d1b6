"""The ladder of overload in a node: its rules, what is measured, who is called in, what is shown."""
