"""Who is before whom, and who may enter a link."""
