"""Estimating a vehicle's state: prediction and update under several motion modes."""
