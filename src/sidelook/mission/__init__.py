"""Composition: the only place where stages meet. One module a command, and the chain they share."""
