"""Dunning (催收): the policy, what the clock does (`run`), what people see, and the suspension of credit."""
