# SPDX-License-Identifier: Apache-2.0
"""Random names (随机标识): identifiers nobody can guess, and short ones people can read out. I/O: system randomness."""

import secrets

# Without 0 O 1 I L U: what is easily confused when read out over the phone.
_READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOWER = "abcdefghijkmnpqrstuvwxyz23456789"


def new_id() -> str:
    """A public identifier with 130 random bits, 26 characters."""
    return "".join(secrets.choice(_LOWER) for _ in range(26))


def readable(length: int) -> str:
    return "".join(secrets.choice(_READABLE) for _ in range(length))


def digits(length: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(length))
