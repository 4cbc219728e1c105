# SPDX-License-Identifier: Apache-2.0
"""Small ONNX networks, written byte by byte: a mean over squares of the picture, then a matrix. Nothing is trained."""

from collections.abc import Sequence

import numpy as np

SIDE, POOL, SIZE = 112, 28, 32
FLOAT, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7
KINDS = {np.dtype(np.float32): FLOAT, np.dtype(np.int8): INT8, np.dtype(np.int64): INT64}


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def block(field: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name: str, values: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> bytes:
    dims = b"".join(number(1, side) for side in values.shape)
    return dims + number(2, KINDS[values.dtype]) + block(8, name) + block(9, values.tobytes())


def integers(name: str, values: Sequence[int]) -> bytes:
    return block(1, name) + b"".join(number(8, value) for value in values) + number(20, 7)


def integer(name: str, value: int) -> bytes:
    return block(1, name) + number(3, value) + number(20, 2)


def node(kind: str, given: Sequence[str], made: Sequence[str], *attributes: bytes) -> bytes:
    names = b"".join(block(1, name) for name in given) + b"".join(block(2, name) for name in made)
    return names + block(4, kind) + b"".join(block(5, attribute) for attribute in attributes)


def value(name: str, shape: Sequence[int | str], kind: int = FLOAT) -> bytes:
    dims = b"".join(block(1, number(1, side) if isinstance(side, int) else block(2, side)) for side in shape)
    return block(1, name) + block(2, block(1, number(1, kind) + block(2, dims)))


def network(
    nodes: Sequence[bytes], weights: Sequence[bytes], given: bytes, made: bytes, said: dict[str, str] | None = None
) -> bytes:
    graph = b"".join(block(1, one) for one in nodes) + block(2, "face") + b"".join(block(5, one) for one in weights)
    graph += block(11, given) + block(12, made)
    props = b"".join(block(14, block(1, key) + block(2, text)) for key, text in (said or {}).items())
    return number(1, 8) + block(7, graph) + block(8, block(1, "") + number(2, 17)) + props


def _matrix() -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    rows = 3 * (SIDE // POOL) ** 2
    return np.random.default_rng(5).normal(size=(rows, SIZE)).astype(np.float32)


def _pooled(source: str) -> list[bytes]:
    pool = integers("kernel_shape", [POOL, POOL]), integers("strides", [POOL, POOL])
    return [node("AveragePool", [source], ["pooled"], *pool), node("Flatten", ["pooled"], ["flat"])]


def in_float(batch: int | str = "batch", said: dict[str, str] | None = None) -> bytes:
    nodes = [*_pooled("picture"), node("MatMul", ["flat", "matrix"], ["face"])]
    made = value("face", [batch, SIZE])
    return network(nodes, [tensor("matrix", _matrix())], value("picture", [batch, 3, SIDE, SIDE]), made, said)


def channels_last(said: dict[str, str] | None = None) -> bytes:
    turned = node("Transpose", ["picture"], ["turned"], integers("perm", [0, 3, 1, 2]))
    nodes = [turned, *_pooled("turned"), node("MatMul", ["flat", "matrix"], ["face"])]
    given = value("picture", [1, SIDE, SIDE, 3])
    return network(nodes, [tensor("matrix", _matrix())], given, value("face", [1, SIZE]), said)


def in_8_bits() -> bytes:
    """As dynamic quantisation leaves it: whole numbers multiplied, then scaled back."""
    matrix = _matrix()
    step = np.float32(np.abs(matrix).max() / 127)
    weights = [
        tensor("matrix", np.round(matrix / step).astype(np.int8)),
        tensor("step", np.array([step], np.float32)),
    ]
    nodes = [
        *_pooled("picture"),
        node("DynamicQuantizeLinear", ["flat"], ["whole", "scale", "zero"]),
        node("MatMulInteger", ["whole", "matrix", "zero"], ["product"]),
        node("Cast", ["product"], ["cast"], integer("to", FLOAT)),
        node("Mul", ["scale", "step"], ["both"]),
        node("Mul", ["cast", "both"], ["face"]),
    ]
    return network(nodes, weights, value("picture", [1, 3, SIDE, SIDE]), value("face", [1, SIZE]))


def not_square() -> bytes:
    nodes = [node("Flatten", ["picture"], ["face"])]
    return network(nodes, [], value("picture", [1, 3, 112, 96]), value("face", [1, 3 * 112 * 96]))
