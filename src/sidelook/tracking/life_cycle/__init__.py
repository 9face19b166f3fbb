"""When a track begins, is believed, is hidden, and ends."""
