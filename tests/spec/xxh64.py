# SPDX-License-Identifier: Apache-2.0
"""XXH64 with seed 0: the low half is the checksum at the end of a Zstandard frame."""
import struct


def xxh64(data):
    p1, p2, p3 = 11400714785074694791, 14029467366897019727, 1609587929392839161
    p4, p5 = 9650029242287828579, 2870177450012600261
    mask = (1 << 64) - 1

    def rotate(x, r):
        return (x << r | x >> 64 - r) & mask

    def step(acc, lane):
        return rotate(acc + lane * p2 & mask, 31) * p1 & mask
    pos, h = 0, p5
    if len(data) >= 32:
        lanes = [p1 + p2 & mask, p2, 0, -p1 & mask]
        while pos + 32 <= len(data):
            lanes = [step(a, v) for a, v in zip(lanes, struct.unpack_from("<4Q", data, pos))]
            pos += 32
        h = sum(rotate(a, r) for a, r in zip(lanes, (1, 7, 12, 18))) & mask
        for a in lanes:
            h = ((h ^ step(0, a)) * p1 + p4) & mask
    h = h + len(data) & mask
    while pos + 8 <= len(data):
        h = (rotate(h ^ step(0, struct.unpack_from("<Q", data, pos)[0]), 27) * p1 + p4) & mask
        pos += 8
    if pos + 4 <= len(data):
        h = (rotate(h ^ struct.unpack_from("<I", data, pos)[0] * p1 & mask, 23) * p2 + p3) & mask
        pos += 4
    for byte in data[pos:]:
        h = rotate(h ^ byte * p5 & mask, 11) * p1 & mask
    h = (h ^ h >> 33) * p2 & mask
    h = (h ^ h >> 29) * p3 & mask
    return h ^ h >> 32
