# SPDX-License-Identifier: Apache-2.0
"""WARC.gz + CDXJ in miniature, to compare with.

    warc.py write CORPUS.jsonl NAME     makes NAME.warc.gz and NAME.cdxj
    warc.py get NAME DIGEST             prints the record

One gzip member a record, as web archives do, and a sorted text index that is
searched by halving: what pywb and its relatives do, without their start-up.
"""

import base64
import hashlib
import json
import sys
import uuid
import zlib


def member(data):
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    return pack.compress(data) + pack.flush()


def record(line, digest, url):
    fixity = base64.b32encode(bytes.fromhex(digest)[:20]).decode()
    head = (
        "WARC/1.1\r\nWARC-Type: resource\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid.UUID(digest[:32])}>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"WARC-Payload-Digest: sha1:{fixity}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(line)}\r\n\r\n"
    )
    return head.encode() + line + b"\r\n\r\n"


def write(corpus, name):
    index = []
    at = 0
    with open(corpus, "rb") as lines, open(name + ".warc.gz", "wb") as out:
        for line in lines:
            line = line.rstrip(b"\n")
            digest = hashlib.sha256(line).hexdigest()
            url = json.loads(line).get("url") or "urn:sha256:" + digest
            data = member(record(line, digest, url))
            out.write(data)
            entry = {"url": url, "mime": "application/json",
                     "length": str(len(data)), "offset": str(at)}
            index.append(f"{digest} 20240101000000 {json.dumps(entry)}\n")
            at += len(data)
    with open(name + ".cdxj", "w", encoding="utf-8") as out:
        out.writelines(sorted(index))


def find(index, key):
    """The line of a sorted file that begins with key."""
    index.seek(0, 2)
    low, high = 0, index.tell()
    while low < high:  # where the first line >= key begins
        middle = (low + high) // 2
        index.seek(middle)
        if middle:
            index.readline()
        line = index.readline()
        if line and line < key:
            low = middle + 1
        else:
            high = middle
    index.seek(low)
    if low:
        index.readline()
    line = index.readline()
    return line if line.startswith(key) else None


def get(name, digest):
    with open(name + ".cdxj", "rb") as index:
        line = find(index, digest.encode())
    if not line:
        sys.exit("not found")
    entry = json.loads(line.split(b" ", 2)[2])
    with open(name + ".warc.gz", "rb") as archive:
        archive.seek(int(entry["offset"]))
        data = zlib.decompress(archive.read(int(entry["length"])), 31)
    payload = data.split(b"\r\n\r\n", 1)[1]
    sys.stdout.buffer.write(payload[:-4])


if __name__ == "__main__":
    {"write": write, "get": get}[sys.argv[1]](*sys.argv[2:])
