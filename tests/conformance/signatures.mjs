// Signature vectors made by GitHub's own library, for our Rust verifier to agree with.
//
//   node signatures.mjs NODE_MODULES OUT.json [COUNT]
//
// Writes [{secret, body_base64, signature}, …]: random bodies of every awkward kind (empty, multi-byte, JSON, long),
// random secrets, and the value of X-Hub-Signature-256 that @octokit/webhooks-methods makes of them. Bodies are text,
// since that library signs strings; they are handed over as base64, so that no JSON reader can change a byte.

import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, out, count = "1000"] = process.argv.slice(2);
if (!modules || !out) {
  console.error("usage: signatures.mjs NODE_MODULES OUT.json [COUNT]");
  process.exit(2);
}
const entry = resolve(modules, "@octokit/webhooks-methods/dist-node/index.js");
const { sign, verify } = await import(pathToFileURL(entry).href);

const ALPHABETS = ["abcdefghijklmnopqrstuvwxyz0123456789", " \t\r\n\\\"{}[]:,", "äöüßéñ中文日本語", "🦀✅❌\u0000\u007f\u2028"];

function randomText(length) {
  const characters = ALPHABETS.flatMap((alphabet) => [...alphabet]);
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
}

// The first four are there in every run; the others fall as they may.
function bodyOf(index) {
  switch (index) {
    case 0:
      return "{}";
    case 1:
      return "Hello, World!";
    case 2:
      return "\u0000";
    case 3:
      return randomText(200_000);
    default:
      return index % 2 === 0
        ? JSON.stringify({ action: randomText(12), installation: { id: randomInt(2 ** 40) }, text: randomText(randomInt(400)) })
        : randomText(1 + randomInt(2_000));
  }
}

const vectors = [];
for (let index = 0; index < Number(count); index += 1) {
  const secret = index % 3 === 0 ? randomText(1 + randomInt(64)) : randomBytes(32).toString("hex");
  const body = bodyOf(index);
  const signature = await sign(secret, body);
  if (!(await verify(secret, body, signature))) {
    throw new Error(`@octokit/webhooks-methods does not accept its own signature of body ${index}`);
  }
  vectors.push({ secret, body_base64: Buffer.from(body, "utf8").toString("base64"), signature });
}

mkdirSync(dirname(resolve(out)), { recursive: true });
writeFileSync(out, JSON.stringify(vectors));
console.log(`${vectors.length} signed bodies in ${out}`);
