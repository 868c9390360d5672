"""How an answer is judged: policies, the behaviour grader, checked answers, judges."""
