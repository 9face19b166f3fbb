"""Where things are: the ellipsoid, frames, viewing geometry and the ground."""
