"""`partita catalog …`: `commands` has the commands; `changes` and `stock` say how they look, as `wording` words it."""
