"""Plots to tracks: every vehicle held as a columnar state, dwell by dwell."""
