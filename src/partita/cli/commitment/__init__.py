"""`partita package`, `plan` and `deduct`: resource packages, savings plans, and what they took of usage."""
