"""How well any network of a width can do: lower and upper bounds."""
