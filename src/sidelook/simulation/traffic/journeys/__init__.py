"""Where vehicles drive to, which way, and what slows them on it."""
