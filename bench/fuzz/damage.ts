import type { Random } from "../../src/base/random.ts";

/** Words that break readers, put where a number, a name or a tag stood. */
const NASTY = [
  ...[
    "",
    " ",
    "0",
    "-0",
    "-1",
    "1",
    "1e999",
    "-1e308",
    "1e-320",
    "NaN",
    "Infinity",
    "null",
    "true",
    "9007199254740993",
  ],
  ...[
    "99999999999999999999",
    "2147483648",
    "4294967295",
    "0x10",
    "1,5",
    "1_000",
    "٣",
    "é",
    "e\u0301",
    "\u0000",
    "\uFEFF",
  ],
  ...["\uD800", "\u202E", "\n", "\r\n", "\t", '"', "'", "`", "\\", "/", "../../../etc/passwd", "C:\\x.jpg", "//host/x"],
  ...[
    "<",
    ">",
    "&amp;",
    "&#0;",
    "&lol;",
    "]]>",
    "<!--",
    "<![CDATA[",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "{}",
    "[]",
    ":",
    ",",
    ";",
  ],
  ...["__proto__", "constructor", "toString", "%00", "%", "${x}", "*a", "&a", "!!js/function", "|", "- ", "#", "---"],
];

/** The bytes with one to four things wrong. */
export function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  let result: Uint8Array = bytes;
  for (let times = 1 + random.int(4); times > 0; times--) {
    const way = WAYS[random.int(WAYS.length)];
    if (way && result.length < 1e6) result = way(result, random);
  }
  return result;
}

type Way = (bytes: Uint8Array, random: Random) => Uint8Array;

const WAYS: readonly Way[] = [
  cutOff,
  (bytes, random) => replaced(bytes, random, random.int(8), randomBytes(random, random.int(8))),
  (bytes, random) =>
    replaced(
      bytes,
      random,
      4,
      Uint8Array.from({ length: 4 }, () => (random.chance(0.5) ? 255 : 0)),
    ),
  flipped,
  repeated,
  moved,
  tokenReplaced,
  tokenReplaced,
  tokenReplaced,
  tokenReplaced,
  lineGone,
];

function cutOff(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(0, random.int(bytes.length + 1));
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = random.int(Math.max(1, copy.length));
  copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
  return copy;
}

/** A stretch that comes again, often enough to be large. */
function repeated(bytes: Uint8Array, random: Random): Uint8Array {
  const [from, to] = stretch(bytes, random, 64);
  const times = random.chance(0.1) ? 2000 : 1 + random.int(4);
  return join(
    bytes.subarray(0, to),
    ...Array.from({ length: times }, () => bytes.subarray(from, to)),
    bytes.subarray(to),
  );
}

function moved(bytes: Uint8Array, random: Random): Uint8Array {
  const [from, to] = stretch(bytes, random, 200);
  const rest = join(bytes.subarray(0, from), bytes.subarray(to));
  const at = random.int(rest.length + 1);
  return join(rest.subarray(0, at), bytes.subarray(from, to), rest.subarray(at));
}

/** A number, a word or a quoted text, replaced by something nasty or by another of the file. */
function tokenReplaced(bytes: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const tokens = [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|[A-Za-z_][\w.-]*/g)];
  const token = tokens[random.int(Math.max(1, tokens.length))];
  if (!token) return bytes;
  const other = random.chance(0.3) ? tokens[random.int(tokens.length)]?.[0] : undefined;
  const nasty = NASTY[random.int(NASTY.length)] ?? "";
  const by = other ?? (token[0].startsWith('"') && random.chance(0.5) ? JSON.stringify(nasty) : nasty);
  const written = Buffer.from(by, other === undefined ? "utf8" : "latin1");
  return join(bytes.subarray(0, token.index), written, bytes.subarray(token.index + token[0].length));
}

function lineGone(bytes: Uint8Array, random: Random): Uint8Array {
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  lines.splice(random.int(lines.length), 1 + random.int(2));
  return Buffer.from(lines.join("\n"), "latin1");
}

function replaced(bytes: Uint8Array, random: Random, length: number, by: Uint8Array): Uint8Array {
  const at = random.int(bytes.length + 1);
  return join(bytes.subarray(0, at), by, bytes.subarray(at + length));
}

function stretch(bytes: Uint8Array, random: Random, most: number): [from: number, to: number] {
  const from = random.int(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.int(most))];
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.int(256));
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
