"""What all plots of a platform are off by together, because it is not quite where and how it believes to be."""
