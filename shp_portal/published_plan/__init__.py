"""The Community Safety Plan 2024–27 as published: data files in our own words, and what puts them into the database."""
