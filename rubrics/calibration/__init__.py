"""How well the grader agrees with people's labels."""
