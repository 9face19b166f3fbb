"""What is there over hours, days and weeks, what changed, and what could not be seen."""
