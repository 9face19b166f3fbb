"""Which tracks could have been seen by a dwell, and which plots could be theirs."""
