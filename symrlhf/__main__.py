"""`python -m symrlhf` is the command `symrlhf`."""

from symrlhf.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
