"""From a policy to the system prompts that models read; the wordings are beside the code."""
