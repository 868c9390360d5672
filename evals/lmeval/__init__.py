"""Runs that lm-eval makes: our arms as its documents, and its logs as our run folders.

Inside lm-eval, `call` finds what it asks with, `metadata` reads what a user says to our tasks, `precheck` refuses what
would be no run, `docs` makes the documents, and `handed_out` remembers them, grades answers and computes the numbers.
Of its logs, `files` finds them, `samples` checks each answer (`as_shipped`, `prompts`; `settings` with `limits` and
`sender`: what it was asked with; `redaction`: without keys), and `logs` writes the run folder.
"""
