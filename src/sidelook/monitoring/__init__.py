"""What is there over hours and weeks, what changed, and what could not be seen."""
