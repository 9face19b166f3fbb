"""Vehicles on roads: the network as the tracker reads it, and motion along it."""
