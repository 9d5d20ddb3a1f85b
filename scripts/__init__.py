"""What prepares a machine and runs the portal on it. Python's standard library only: this runs before the virtualenv exists."""
