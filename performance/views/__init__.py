"""Pages of figures: getting them in, who owes which, uploads, the assessment, the survey, and emerging issues."""
