"""Grading a file of answers that somebody already has."""
