"""What "proven" means. Everything outside this package may be clever and wrong; the worst it can do is fail.

`theorem` makes theorems, for the rules of `rules` alone; `trust` lists every law and axiom they rest on;
`decide` answers Proved, Refuted or Undecided. The prover (`normal`, `sums`, `signs`) and the refuter
(`evaluate`, `refute`) share no code beyond the tree.
"""
