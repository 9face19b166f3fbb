"""Which plot belongs to which track: an optimal assignment per connected cluster."""
