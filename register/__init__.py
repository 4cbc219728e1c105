# SPDX-License-Identifier: Apache-2.0
"""Register (登记簿): the businesses of the district, what is registered of each, and every entry that made it so."""

from register.entity import Entity, EntityEnded, Entry, Standing
from register.keeping import (
    act_of,
    change,
    close,
    find,
    locked,
    of_account,
    open_entity,
    pause,
    resume,
    set_aside,
)

__all__ = [
    "Entity",
    "EntityEnded",
    "Entry",
    "Standing",
    "act_of",
    "change",
    "close",
    "find",
    "locked",
    "of_account",
    "open_entity",
    "pause",
    "resume",
    "set_aside",
]
