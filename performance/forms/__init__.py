"""What people send about figures, the assessment, the survey and emerging issues."""
