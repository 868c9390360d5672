"""What a run's numbers are held to: gates that a user names, thresholds that a policy states; start at `run_gates`."""
