"""Answers about contracts that were made up for this, each known to be true or false of the passage it cites.

`tuning` is the half that rules and thresholds were set on, `kept_apart` the half that only measures them. Each true
line says what its passage says, as models write it; each false one changes one thing that a lawyer would fight about.

`services`, `trade` and `rights` are more of both; rules were set on them too, so what they miss is counted and may not
grow.
"""
