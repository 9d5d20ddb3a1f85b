"""The reports' pages: the shelf, a version with its decision and its PDF, the buttons, and the schedule."""
