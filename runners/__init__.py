"""How we ask: conditions, the plan of requests, the store of answers, the engines, and the command line."""
