"""What "proven" means. Everything outside this package may be clever and wrong; the worst it can do is fail.

`theorem` holds the rules, the only makers of a `Theorem`; `trust` lists every law and axiom they rest on;
`decide` answers Proved, Refuted or Undecided. The prover (`normal`, `sums`, `signs`) and the refuter
(`evaluate`, `refute`) share no code beyond the tree.
"""
