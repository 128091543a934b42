import { XMLParser, XMLValidator } from "fast-xml-parser";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import type { Warnings } from "../warnings.ts";

/** An element of an XML document, its children in their order. */
export interface XmlElement {
  tag: string;
  attributes: ReadonlyMap<string, string>;
  /** Children and text as the parser has them: `childrenOf` and `textOf` read them. */
  content: readonly unknown[];
}

const parser = new XMLParser({
  ...{ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: "" },
  processEntities: false, // an entity can expand to gigabytes; the five of XML itself are replaced below
  ...{ parseTagValue: false, trimValues: false },
});

/**
 * The root of an XML document.
 *
 * @param name the file's name for messages
 * @throws AnchorkitError as `parseWith`, and for another root
 */
export function parseXml(text: string, name: string, root: string): XmlElement {
  const document = parseWith(parser, text, name, root);
  const roots = childrenOf({ tag: "", attributes: new Map(), content: document as unknown[] });
  const [found] = roots.filter(({ tag }) => !tag.startsWith("?"));
  if (found?.tag === root) return found;
  throw new AnchorkitError(`${name}: holds <${found?.tag ?? "nothing"}> instead of <${root}>`);
}

/**
 * What a parser makes of a text that can be given to it.
 *
 * @param root the name of the element that the whole is in
 * @throws AnchorkitError for text that is no well-formed XML or has a DOCTYPE, in which bombs are hidden
 */
export function parseWith(parser: XMLParser, text: string, name: string, root: string): unknown {
  checkXml(text, name, root);
  try {
    return parser.parse(text);
  } catch (error) {
    throw new AnchorkitError(`${name}: is not well-formed XML: ${shortened(messageOf(error))}`);
  }
}

function checkXml(text: string, name: string, root: string): void {
  if (/<!DOCTYPE/i.test(text))
    throw new AnchorkitError(`${name}: has a DOCTYPE, which label files never need; remove it`);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the package it moves to would be one more dependency
  const checked = XMLValidator.validate(text);
  if (checked === true) return;
  const cutOff = text.includes(`<${root}`) && !text.includes(`</${root}>`);
  const reason = cutOff ? `the file ends before </${root}>` : shortened(checked.err.msg);
  throw new AnchorkitError(`${name}: is not well-formed XML: line ${checked.err.line}: ${reason}`);
}

/** The parser quotes names of tags, however long they are. */
function shortened(message: string): string {
  return message.length > 200 ? `${message.slice(0, 200)}…` : message;
}

/** The elements in an element, in their order; with a tag, those of that name. */
export function childrenOf({ content }: XmlElement, only?: string): XmlElement[] {
  const children: XmlElement[] = [];
  for (const node of content) {
    const { ":@": own, ...rest } = node as Record<string, unknown>;
    const [[tag, inside] = ["#text", []]] = Object.entries(rest);
    if (tag === "#text" || (only !== undefined && tag !== only)) continue;
    const pairs = Object.entries((own ?? {}) as Record<string, string>);
    const attributes = new Map(pairs.map(([key, value]) => [key, unescapeXml(value)]));
    children.push({ tag, attributes, content: inside as unknown[] });
  }
  return children;
}

/** The text in an element, without that of its children. */
export function textOf({ content }: XmlElement): string {
  const texts = content.map((node) => (node as { "#text"?: unknown })["#text"]);
  return unescapeXml(texts.filter((text) => typeof text === "string").join(""));
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Replaces the five entities that XML itself defines, and characters given by number; anything else stays. */
export function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:(\w+)|#(\d{1,7})|#x([\da-f]{1,6}));/gi,
    (whole, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? whole) : whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** The text of an element, with its attributes, around text that is XML already; undefined attributes are left out. */
export function xmlElement(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  inside = "",
): string {
  const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const open = [tag, ...pairs.map(([key, value]) => `${key}="${escapeXml(String(value))}"`)].join(" ");
  return `<${open}>${inside}</${tag}>`;
}

/** Text as it stands in an element or attribute: line breaks by number, since in attributes they would become spaces. */
export function escapeXml(text: string): string {
  const byName = text.replace(/[&<>"]/g, (character) => {
    return `&${Object.keys(NAMED).find((name) => NAMED[name] === character) ?? ""};`;
  });
  return byName.replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The text without what XML 1.0 cannot hold: control characters and halves of pairs. */
export function xmlText(text: string, warnings: Warnings): string {
  // eslint-disable-next-line no-control-regex -- they are what is left out
  const clean = text.replace(/[\u0000-\u0008\u000b\u000c\u000d-\u001f\ufffe\uffff\p{Surrogate}]/gu, "");
  if (clean !== text) warnings.add("names with characters that XML cannot hold, left out", JSON.stringify(text));
  return clean;
}
