"""Records <-> bytes: codecs and file formats. They take open streams, never a path or a socket."""
