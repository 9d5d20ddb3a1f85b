"""Great Britain's."""
