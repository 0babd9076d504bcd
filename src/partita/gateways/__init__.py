"""The outside world: gateways that carry out what the books decide, and simulated ones that can be told to fail."""
