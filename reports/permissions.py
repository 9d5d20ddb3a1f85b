"""Who may do what with a report (library `rules`)."""
