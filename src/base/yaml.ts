import { type Document, parseDocument, type YAMLError } from "yaml";
import { AnchorkitError, messageOf } from "./errors.ts";

/** What is wrong by the parser's codes, in the words of whoever wrote the file, and what to do. */
const WORDS: Readonly<Record<string, string>> = {
  MISSING_CHAR: "a quote or bracket is not closed, or a colon or comma is missing",
  BAD_INDENT: "the indentation does not fit the lines above; indent members of a list or mapping alike",
  TAB_AS_INDENT: "a tab stands where YAML wants spaces; indent with spaces",
  DUPLICATE_KEY: "a name is there twice",
  BLOCK_AS_IMPLICIT_KEY: "a second colon in the line; put the text in quotation marks",
  MULTILINE_IMPLICIT_KEY: "a colon is missing behind a name",
  MULTIPLE_DOCS: "a second document begins (---); keep one",
  BAD_SCALAR_START: "a value begins with a character that has a meaning in YAML; put it in quotation marks",
  BAD_DQ_ESCAPE: "a backslash in double quotes means something else; write paths with / or in single quotes",
  BAD_ALIAS: "an alias (*name) has no anchor (&name); put text that begins with * into quotes",
  UNEXPECTED_TOKEN: "something stands where nothing is expected",
  BLOCK_IN_FLOW: "a list or mapping over several lines stands within brackets",
};

/** What no file of a person needs, and what the parser takes long for or runs out of stack for. */
const MAX_ALIASES = 10;
const MAX_DEPTH = 100;
const MAX_VALUES = 150_000;

const TOO_DEEP = "is nested too deeply; write it with fewer levels";

export interface YamlOptions {
  /** `failsafe` leaves all scalars text, so that no, null and 007 are what they look like. */
  schema?: "core" | "failsafe";
  /** Of a key that stands twice the last counts; otherwise that is an error. */
  lastCounts?: boolean;
}

/**
 * The content of a YAML (or JSON) text: mappings are objects.
 *
 * @param name the file's, for messages
 * @throws AnchorkitError with the line and what is wrong there, and for what is too large or deep
 */
export function yamlOf(text: string, name: string): unknown {
  return yamlValue(yamlDocument(text, name), name);
}

/** A text as the parser sees it, for who wants to know of its keys; arguments and errors as for `yamlOf`. */
export function yamlDocument(text: string, name: string, { schema = "core", lastCounts }: YamlOptions = {}): Document {
  refuseBombs(text, name);
  const document = parseDocument(text, { logLevel: "error", schema, uniqueKeys: lastCounts !== true });
  const [error] = document.errors;
  if (error) throw new AnchorkitError(`${name}: ${problemOf(error)}`);
  return document;
}

/** What a document holds; with `maps`, its mappings are Maps. */
export function yamlValue(document: Document, name: string, { maps = false } = {}): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES, mapAsMap: maps });
  } catch (cause) {
    const isUnknown = /^Unresolved alias/.test(messageOf(cause));
    const reason = isUnknown ? WORDS.BAD_ALIAS : "more aliases (*name) than anybody needs; write the values out";
    throw new AnchorkitError(`${name}: is not valid YAML: ${reason ?? ""}`, { cause });
  }
}

function refuseBombs(text: string, name: string): void {
  let [depth, deepest, values] = [0, 0, 0];
  for (const character of text) {
    if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
    else if (character === "," || character === "\n") values++;
    deepest = Math.max(deepest, depth);
  }
  const isDeep = deepest > MAX_DEPTH || new RegExp(`(?:[-?:][ \\t]+){${MAX_DEPTH}}`).test(text);
  if (isDeep) throw new AnchorkitError(`${name}: ${TOO_DEEP}`);
  if (values > MAX_VALUES) throw new AnchorkitError(`${name}: holds more than ${MAX_VALUES} lines or values; list images in a text file`); // prettier-ignore
}

function problemOf({ code, message, linePos }: YAMLError): string {
  if (/call stack/.test(message)) return TOO_DEEP;
  const reason = /^Flow/.test(message) ? WORDS.MISSING_CHAR : WORDS[code];
  return `is not valid YAML: line ${linePos?.[0].line ?? 1}: ${reason ?? "the line cannot be understood"}`;
}
