import { AnchorkitError } from "../../../base/errors.ts";

/** One class of a label_map.pbtxt. */
export interface LabelMapItem {
  id: number;
  /** As records call it. */
  name: string;
  /** As people call it, where that is something else. */
  displayName?: string;
}

/** A label_map.pbtxt, TensorFlow's list of classes: an item a class, numbered from 1. */
export function labelMapText(classes: readonly string[]): string {
  return classes.map((name, i) => `item {\n  id: ${i + 1}\n  name: ${quoted(name)}\n}\n`).join("\n");
}

/**
 * Reads the text of a label_map.pbtxt (a StringIntLabelMap in protobuf's text format).
 *
 * @param name the file's name for messages
 * @throws AnchorkitError naming the line or item
 */
export function parseLabelMap(text: string, name: string): LabelMapItem[] {
  const items: LabelMapItem[] = [];
  for (const [i, fields] of itemsIn(text, name).entries()) {
    const where = `${name}: item ${i + 1}`;
    const id = Number(fields.get("id") ?? NaN);
    const own = fields.get("name") ?? fields.get("display_name");
    const displayName = fields.get("display_name");
    if (!Number.isSafeInteger(id)) throw new AnchorkitError(`${where}: the id must be a whole number`);
    if (own === undefined || own === "") throw new AnchorkitError(`${where}: the name is missing`);
    if (items.some((item) => item.id === id)) throw new AnchorkitError(`${where}: the id ${id} is there twice`);
    items.push({ id, name: own, ...(displayName && { displayName }) });
  }
  return items;
}

const TOKEN = /\s+|#[^\n]*|("(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|[\w.+-]+|[{}<>:;,[\]])/y;

/** The fields of each item: names, and values as text. What is nested deeper is passed over. */
function itemsIn(text: string, name: string): Map<string, string>[] {
  const items: Map<string, string>[] = [];
  let depth = 0;
  let field = "";
  let isValue = false;
  for (const { token, line } of tokensOf(text, name)) {
    if (token === "{" || token === "<") {
      depth++;
      if (depth === 1 && field !== "item") throw new AnchorkitError(`${name}: line ${line}: expected "item {"`);
      if (depth === 1) items.push(new Map());
      isValue = false;
    } else if (token === "}" || token === ">") {
      depth--;
      if (depth < 0) throw new AnchorkitError(`${name}: line ${line}: a bracket is closed that was not opened`);
      isValue = false;
    } else if (token === ":") isValue = true;
    else if (/^["']/.test(token) || isValue) {
      const quotes = /^["']/.test(token);
      // Strings that follow each other are one.
      const before = quotes && !isValue && depth === 1 ? (items.at(-1)?.get(field) ?? "") : "";
      if (depth === 1) items.at(-1)?.set(field, before + (quotes ? unquoted(token) : token));
      isValue = false;
    } else if (/^\w/.test(token)) field = token;
  }
  if (depth > 0) throw new AnchorkitError(`${name}: the file ends within an item`);
  return items;
}

function* tokensOf(text: string, name: string): Generator<{ token: string; line: number }> {
  let line = 1;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new AnchorkitError(`${name}: line ${line}: is no label map: ${JSON.stringify(text.slice(at, at + 20))}`); // prettier-ignore
    if (match[1] !== undefined) yield { token: match[1], line };
    line += match[0].split("\n").length - 1;
    at += match[0].length;
  }
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\u0007", b: "\b", f: "\f", v: "\v" };

/** A string literal's text; numeric escapes are bytes of UTF-8. */
function unquoted(literal: string): string {
  const bytes: Buffer[] = [];
  const body = literal.slice(1, -1);
  for (const [whole, octal, hex, code, other] of body.matchAll(
    /\\(?:([0-7]{1,3})|x([\da-f]{1,2})|u([\da-f]{4})|(.))|[^\\]+/gisu,
  )) {
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8) & 255]));
    else if (hex !== undefined) bytes.push(Buffer.from([Number.parseInt(hex, 16)]));
    else if (code !== undefined) bytes.push(Buffer.from(String.fromCharCode(Number.parseInt(code, 16))));
    else bytes.push(Buffer.from(other === undefined ? whole : (ESCAPES[other] ?? other)));
  }
  return Buffer.concat(bytes).toString();
}

function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is escaped
  const escaped = text.replace(/[\\"\u0000-\u001f\u007f]/g, (character) => {
    return /[\\"]/.test(character) ? `\\${character}` : `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
  return `"${escaped}"`;
}
