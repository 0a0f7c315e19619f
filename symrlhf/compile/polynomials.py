"""Polynomials for e^x, log(1 + t) and e^x − 1 − x in double precision, highest power first; a test certifies them.

Chebyshev approximations, computed to 250 bits and rounded. Their errors, relative to the function:
e^r = 1 + r + r² EXP(r) for |r| ≤ ½ log 2; atanh(s) = s + s³ LOG(s²) for 0 ≤ s ≤ 1/3;
e^x − 1 − x = ½ x² GAP(x) for |x| ≤ 1.
"""

from __future__ import annotations


def _read(text: str) -> tuple[float, ...]:
    return tuple(map(float.fromhex, text.split()))


EXP = _read(
    "0x1.1f730349868cep-29 0x1.af4de97ca4194p-26 0x1.27e4db646b17ep-22 0x1.71de0231960ebp-19 "
    "0x1.a01a01a6d889cp-16 0x1.a01a01abe7fe1p-13 0x1.6c16c16c162d4p-10 0x1.11111111100dcp-7 "
    "0x1.5555555555556p-5 0x1.5555555555557p-3 0x1.0000000000000p-1"
)
LOG = _read(
    "0x1.37f50d0c18a95p-4 0x1.036bb5e0c513cp-5 0x1.973b41cbc11e2p-5 0x1.ad46ba9f6449ap-5 "
    "0x1.e2046b727866ep-5 0x1.11103f082350cp-4 0x1.3b13b7c56627fp-4 0x1.745d1724de63dp-4 "
    "0x1.c71c71c77e27ap-4 0x1.2492492491fe7p-3 0x1.999999999999cp-3 0x1.5555555555555p-2"
)
GAP = _read(
    "0x1.6c344d7ef28bdp-52 0x1.9a3d23e6662d7p-48 0x1.ae7824dcde071p-44 0x1.ae765cd4ddb4cp-40 "
    "0x1.939751253fb97p-36 0x1.6124697bc03abp-32 0x1.1eed8efc0fc22p-28 0x1.ae64567697f2cp-25 "
    "0x1.27e4fb778c0e3p-21 0x1.71de3a5571b18p-18 0x1.a01a01a01a005p-15 0x1.a01a01a019fe5p-12 "
    "0x1.6c16c16c16c17p-9 0x1.1111111111111p-6 0x1.5555555555555p-4 0x1.5555555555555p-2 0x1.0p+0"
)

LOG2_HIGH, LOG2_LOW = float.fromhex("0x1.62e42fef00000p-1"), float.fromhex("0x1.473de6af278edp-34")
"""log 2 in two parts; the first has 20 zeros at its end."""
LOG2_INVERSE = float.fromhex("0x1.71547652b82fep+0")
