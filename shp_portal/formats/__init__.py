"""How dates and times are written wherever Django writes them by itself, as in the administration pages."""
