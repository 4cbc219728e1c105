# SPDX-License-Identifier: Apache-2.0
"""Tree (哈希树): SHA-256 over all entries, in tiles of 256 hashes; proofs of inclusion and consistency. Pure.

RFC 6962 hashing (RFC 9162 §2.1 is the same), C2SP tlog-tiles geometry of height 8. Hashes are 32 bytes. A tile is read
by level and number; a partial tile is the beginning of the full one. What asks for more than there is gets LookupError.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH = 32
WIDTH = 256
FULL = WIDTH * HASH
EMPTY = hashlib.sha256(b"").digest()
Read = Callable[[int, int], bytes]
"""The hashes of the tile (level, number), as many as there are."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]


def folded(hashes: list[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


class Edge:
    """The right edge of a growing tree: for each level the tile that is not full. `done` collects those that became so.

    `load` is asked for the partial tiles of a tree that has `size` leaves already.
    """

    def __init__(self, size: int = 0, load: Read | None = None) -> None:
        self.size = size
        self.done: dict[tuple[int, int], bytes] = {}
        self._levels: list[bytearray] = []
        while size:
            width = size % WIDTH
            level = len(self._levels)
            hashes = load(level, size // WIDTH)[: width * HASH] if width and load else b""
            if len(hashes) != width * HASH:
                raise LookupError(f"tile {level}/{size // WIDTH}")
            self._levels.append(bytearray(hashes))
            size //= WIDTH

    def add(self, digest: bytes) -> None:
        """One more leaf."""
        number, level = self.size, 0
        self.size += 1
        while True:
            if level == len(self._levels):
                self._levels.append(bytearray())
            tile = self._levels[level]
            tile += digest
            if len(tile) < FULL:
                return
            number //= WIDTH
            self.done[level, number] = bytes(tile)
            digest = folded(split(bytes(tile)))
            tile.clear()
            level += 1

    def partial(self) -> dict[tuple[int, int], bytes]:
        """The tiles that are begun and not full."""
        return {
            (level, self.size // WIDTH ** (level + 1)): bytes(tile) for level, tile in enumerate(self._levels) if tile
        }

    def root(self) -> bytes:
        """The hash over all leaves so far."""
        right: bytes | None = None
        for tile in self._levels:
            hashes = split(bytes(tile))
            while hashes:
                width = len(hashes) & -len(hashes)  # the smallest complete subtree stands rightmost
                left = folded(hashes[-width:])
                del hashes[-width:]
                right = left if right is None else node_hash(left, right)
        return EMPTY if right is None else right


def _complete(read: Read, height: int, number: int) -> bytes:
    """The hash of the complete subtree with 2**height leaves and this number from the left."""
    level, above = divmod(height, 8)
    first = number << above
    tile, at = divmod(first, WIDTH)
    hashes = read(level, tile)[at * HASH : (at + (1 << above)) * HASH]
    if len(hashes) != HASH << above:
        raise LookupError(f"tile {level}/{tile}")
    return folded(split(hashes))


def _largest_power_below(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def _over(read: Read, first: int, end: int) -> bytes:
    """The hash over the leaves first … end-1, where `first` is the beginning of a subtree."""
    count = end - first
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return _complete(read, height, first >> height)
    middle = first + _largest_power_below(count)
    return node_hash(_over(read, first, middle), _over(read, middle, end))


def root(read: Read, size: int) -> bytes:
    return _over(read, 0, size) if size else EMPTY


def inclusion(read: Read, index: int, size: int) -> list[bytes]:
    """The path from the leaf to the root, the sibling of the leaf first. Raises LookupError."""
    if not 0 <= index < size:
        raise LookupError(f"entry {index} of {size}")
    first, end, path = 0, size, []
    while end - first > 1:
        middle = first + _largest_power_below(end - first)
        if index < middle:
            path.append(_over(read, middle, end))
            end = middle
        else:
            path.append(_over(read, first, middle))
            first = middle
    return path[::-1]


def consistency(read: Read, old: int, new: int) -> list[bytes]:
    """What shows that the tree of `new` leaves begins with that of `old`. Raises LookupError."""
    if not 0 <= old <= new:
        raise LookupError(f"{old} of {new}")
    if old in (0, new):
        return []
    first, end, path, is_known = 0, new, [], True
    while old != end:  # `old` is where the old tree ends, inside first … end
        middle = first + _largest_power_below(end - first)
        if old <= middle:
            path.append(_over(read, middle, end))
            end = middle
        else:
            path.append(_over(read, first, middle))
            first, is_known = middle, False
    return (path if is_known else [*path, _over(read, first, end)])[::-1]


def proves_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 §2.1.3.2; `leaf` is its hash."""
    if not 0 <= index < size:
        return False
    at, last, digest = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            digest = node_hash(step, digest)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            digest = node_hash(digest, step)
        at, last = at >> 1, last >> 1
    return last == 0 and digest == root


def proves_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """RFC 9162 §2.1.4.2; from an empty tree anything follows."""
    if old == new:
        return not path and old_root == new_root
    if not 0 <= old < new or (not path and old):
        return False
    if old == 0:
        return not path
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def tile_path(number: int) -> str:
    """A number as C2SP writes it in an address: 1234067 is x001/x234/067."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def tile_number(path: str) -> tuple[int, int | None]:
    """Number and width of a tile from the end of its address; width is None for a full one. Raises LookupError."""
    whole, dot, width = path.partition(".p/")
    digits = "".join(part.removeprefix("x") for part in whole.split("/"))
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 18 or tile_path(int(digits)) != whole:
        raise LookupError(path)
    if not dot:
        return int(digits), None
    if not width.isascii() or not width.isdecimal() or str(int(width)) != width or not 0 < int(width) < WIDTH:
        raise LookupError(path)
    return int(digits), int(width)
