"""Pages that draw on several rooms, one module each: a view and its dataclasses, no rules."""
