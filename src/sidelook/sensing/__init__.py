"""What a radar can tell: the Doppler notch and what a dwell covers."""
