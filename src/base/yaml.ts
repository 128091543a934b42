import { parseDocument } from "yaml";
import { AnchorkitError } from "./errors.ts";

/** What is wrong by the parser's codes, in the words of whoever wrote the file. */
const WORDS: Readonly<Record<string, string>> = {
  MISSING_CHAR: "a bracket, a quotation mark or a comma is missing",
  BAD_INDENT: "the indentation does not fit the lines above, or a bracket is not closed",
  TAB_AS_INDENT: "a tab stands where spaces must; indent with spaces",
  DUPLICATE_KEY: "a name is there twice",
  BLOCK_AS_IMPLICIT_KEY: "a second colon in the line; put the text in quotation marks",
  MULTILINE_IMPLICIT_KEY: "a colon is missing behind a name",
  BAD_SCALAR_START: "a value begins with a character that has a meaning in YAML; put it in quotation marks",
  BAD_DQ_ESCAPE: "a backslash in \"…\" is not allowed there; use '…', or double it",
  BAD_ALIAS: "an alias (*) has no name",
  UNEXPECTED_TOKEN: "something stands where nothing is expected",
  BLOCK_IN_FLOW: "a list or mapping over several lines stands within brackets",
};

/**
 * The content of a YAML (or JSON) text.
 *
 * @param name the file's, for messages
 * @param schema `failsafe` leaves all scalars text, so that no, null and 007 are what they look like
 * @throws AnchorkitError with the line and what is wrong there
 */
export function yamlOf(text: string, name: string, schema: "core" | "failsafe" = "core"): unknown {
  const document = parseDocument(text, { logLevel: "error", schema });
  const [error] = document.errors;
  if (error?.code === "MULTIPLE_DOCS") throw new AnchorkitError(`${name}: holds several documents (---); keep one`);
  if (error) {
    const reason = WORDS[error.code] ?? "the line cannot be understood";
    throw new AnchorkitError(`${name}: is not valid YAML: line ${error.linePos?.[0].line ?? 1}: ${reason}`);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const many = error.message.includes("alias count");
    const reason = many ? "has too many aliases (*); write out what they mean" : "an alias (*) leads nowhere";
    throw new AnchorkitError(`${name}: ${reason}`);
  }
}
