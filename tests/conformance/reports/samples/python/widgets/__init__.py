"""Things to count."""
