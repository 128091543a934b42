import { shownPath } from "../../files.ts";
import { firstRow } from "../../records/csvRows.ts";
import type { Place } from "../../place.ts";
import { jsonHead } from "./jsonHead.ts";
import { describeKind, jsonKindOf } from "./jsonKind.ts";
import { TEXT_KINDS } from "./textKinds.ts";

/** Files that are looked at: what a folder's labels are, the first tell. */
const LOOKED_AT = 50;
const LABEL_FILE = /\.(?:jsonl?|ndjson|xml|csv|tsv|txt|manifest)$/i;

/**
 * What a place that no format recognizes probably holds: "b.json looks like Datumaro's JSON, which is not read; export it
 * as COCO …"; undefined where nothing in it looks like labels.
 */
export async function describeUnread({ files, head }: Place): Promise<string | undefined> {
  const candidates = files.filter((file) => LABEL_FILE.test(file)).slice(0, LOOKED_AT);
  let unknown: string | undefined;
  for (const file of candidates) {
    const text = await head(file);
    const found = kindOfText(text, file);
    if (found !== undefined) return `${shownPath(file)} ${found}`;
    unknown ??= contentOf(text, file);
  }
  return unknown;
}

/** What is in a file that looks like nothing known. */
function contentOf(text: string, file: string): string | undefined {
  if (/\.[ct]sv$/i.test(file)) {
    const columns = firstRow(text).map((cell) => `"${cell.trim()}"`);
    const known = "filename, class, xmin, ymin, xmax and ymax are read";
    return columns.length > 1
      ? `${shownPath(file)} begins with ${columns.slice(0, 8).join(", ")}; ${known}`
      : undefined;
  }
  const document = /\.txt$/i.test(file) ? undefined : jsonHead(text);
  if (document === undefined) return undefined;
  return `${shownPath(file)} is JSON with ${membersOf(document)}, which is no form of labels that is known`;
}

function kindOfText(text: string, file: string): string | undefined {
  const document = jsonHead(text);
  const kind = document === undefined ? undefined : jsonKindOf(document);
  if (kind) return describeKind(kind);
  const root = /^\s*(?:<\?[^>]*>\s*|<!--[^]*?-->\s*)*<([\w:.-]+)/.exec(text)?.[1];
  if (root !== undefined) return `holds <${root}>, which is no form of labels that is known`;
  const other = TEXT_KINDS.find(({ looksRight }) => looksRight(text, file));
  return other && describeKind(other);
}

function membersOf(document: unknown): string {
  if (!Array.isArray(document)) {
    const names = Object.keys(document as object);
    return names.length === 0 ? "nothing in it" : names.slice(0, 5).join(", ");
  }
  const [first] = document as unknown[];
  return typeof first === "object" && first !== null ? `a list of ${membersOf(first)}` : "a list";
}
