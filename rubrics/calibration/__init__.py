"""How well the grader agrees with labels of people."""
