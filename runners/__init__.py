"""How we ask: conditions, the plan, the store, the engines, and the command line."""
