"""A person's own pages, under /accounts/."""
