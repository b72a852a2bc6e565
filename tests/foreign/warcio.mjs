// SPDX-License-Identifier: Apache-2.0
// warcio.mjs PATH: print type and id of each record; fail if a digest is wrong.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { WARCParser } from "warcio";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const base32 = (bytes) => {
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  return bits.match(/.{5}/g).map((five) => letters[parseInt(five, 2)]).join("");
};

let bad = 0;
const ids = new Set();
const parser = new WARCParser(createReadStream(process.argv[2]));
for await (const record of parser) {
  const header = (name) => record.warcHeaders.headers.get(name);
  const block = Buffer.from(await record.readFully(false));
  const id = header("WARC-Record-ID");
  const sha256 = createHash("sha256").update(block).digest("hex");
  const sha1 = base32(createHash("sha1").update(block).digest());
  const complain = (what) => {
    bad++;
    console.log(`${id}: ${what}`);
  };

  console.log(`${record.warcType} ${id}`);
  if (record.warcHeaders.protocol !== "WARC/1.1") complain("not 1.1");
  if (ids.has(id)) complain("comes twice");
  ids.add(id);
  if (Number(header("Content-Length")) !== block.length) complain("length");
  if (header("WARC-Block-Digest") !== `sha256:${sha256}`) complain("block digest");
  if (record.warcType !== "warcinfo") {
    if (header("WARC-Payload-Digest") !== `sha1:${sha1}`) complain("payload digest");
    new URL(header("WARC-Target-URI"));
  }
  if (Number.isNaN(Date.parse(header("WARC-Date")))) complain("date");
  if (record.warcType === "conversion" && !ids.has(header("WARC-Refers-To")))
    complain("refers to nothing");
}
process.exit(bad > 0 ? 1 : 0);
