"""What is there over days and weeks, what changed, and what could not be seen."""
