"""Verbs on reports: building (a version is frozen), renditions (a file is made), decisions (a version moves on)."""
