"""Mass outages as they are found: who looks, what reports trouble, who decides."""
