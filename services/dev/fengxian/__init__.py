"""The replay of Feng County's first half of 2021: a script, an oracle, a player, and the comparison."""
