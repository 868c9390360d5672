"""What is known of a run before it is asked: its price, what its numbers can rest on, how many items an effect needs."""
