"""The ladder of overload: normal, elevated, overload, emergency. Pure rules; its one state lives in Redis."""
