import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, extname, isAbsolute, join, relative, sep } from "node:path";
import { AnchorkitError } from "../base/errors.ts";
import { isPassedBy } from "../base/output/outputRecord.ts";
import { systemErrorAt, systemErrorCode } from "../base/systemErrors.ts";
import type { Warnings } from "./warnings.ts";

const IMAGE_EXTENSIONS = new Set([
  ...[".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp"],
  ...[".heic", ".heif"], // not readable by sharp's own libvips: listed so that they are refused by name
]);

/** Label files larger than this are refused: no tool writes one, and reading it would only fill the memory. */
const MAX_LABEL_FILE_BYTES = 500_000_000;

/** Whether the name ends like an image's. */
export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extname(name).toLowerCase());
}

/** The path as messages show it: from the current folder where it lies in there, otherwise in full. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === "" || fromHere.startsWith("..") || isAbsolute(fromHere) ? path : fromHere;
}

/** The path with forward slashes, as label files hold it on every system. */
export function posixPath(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}

/** The path or name up to its extension: "a/b.c" of "a/b.c.jpg". */
export function withoutExtension(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

/** The name alone, without folder and extension: "b.c" of "a/b.c.jpg". */
export function stemOf(path: string): string {
  return basename(path, extname(path));
}

/** Orders names by their code units: the same on every machine, whatever its language. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a path is; undefined where there is nothing. */
export async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}

/**
 * All files in a folder and the folders below it, absolute and in order. Hidden ones and node_modules are left out;
 * links are followed, each folder is visited once. A folder below that holds output of anchorkit which is no data, such
 * as pictures with boxes, is passed by.
 *
 * @param depth how many levels of folders below to visit
 */
export async function listFiles(folder: string, depth = 20, visited = new Set<string>()): Promise<string[]> {
  const real = await realpath(folder);
  if (visited.has(real)) return [];
  const isBelow = visited.size > 0;
  visited.add(real);
  const found: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(({ name }) => name);
  if (isBelow && (await isPassedBy(folder, names))) return [];
  for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await kindOf(path) : entry.isDirectory() ? "folder" : "file";
    if (kind === "file") found.push(path);
    else if (kind === "folder" && depth > 0) {
      for (const below of await listFiles(path, depth - 1, visited)) found.push(below);
    }
  }
  return found;
}

/** The items under each key, in their order. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/**
 * The text of a label file. A byte order mark decides the encoding (UTF-8, UTF-16), else zero bytes beside the first
 * character (UTF-16), else an XML declaration's `encoding`, else it is UTF-8. The mark is not part of the text.
 *
 * @param options `warnings` takes note of encodings that other tools may trip over
 * @throws AnchorkitError when the file is missing, too large, empty (unless that is allowed), or not text in its encoding.
 */
export async function readText(
  path: string,
  maxBytes = MAX_LABEL_FILE_BYTES,
  { allowEmpty = false, warnings }: { allowEmpty?: boolean; warnings?: Warnings } = {},
): Promise<string> {
  const name = shownPath(path);
  const { size } = await stat(path).catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") throw new AnchorkitError(`${name}: no such file`);
    throw systemErrorAt(error, name);
  });
  if (size > maxBytes) throw new AnchorkitError(`${name}: ${size} bytes are more than the limit of ${maxBytes}`);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw systemErrorAt(error, name);
  });
  const text = decodeText(bytes, name);
  const unusual = warnings?.observer && unusualEncoding(bytes);
  if (unusual) warnings.note("encoding", name, { detail: `: ${unusual}`, change: { before: unusual, after: "utf-8" } });
  if (!allowEmpty && text.trim() === "") throw new AnchorkitError(`${name}: the file is empty`);
  return text;
}

/** The first bytes of a file as text in the encoding that `readText` would take; what is no text is replaced. */
export async function readHead(path: string, maxBytes: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const encoding = encodingOf(bytes);
    return new TextDecoder(isEncoding(encoding) ? encoding : "utf-8").decode(bytes);
  } finally {
    await file.close();
  }
}

/** What other tools may trip over: a byte order mark, or an encoding that is not UTF-8. */
function unusualEncoding(bytes: Uint8Array): string | undefined {
  const encoding = encodingOf(bytes);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return `${encoding} with a byte order mark`;
  return encoding === "utf-8" ? undefined : encoding;
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== "";
  } catch {
    return false;
  }
}

function decodeText(bytes: Uint8Array, name: string): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new AnchorkitError(`${name}: is not text in ${encoding}; save it as UTF-8`);
  }
}

/** The encoding of a text by its first bytes, as `readText` takes it. */
export function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return "utf-16be";
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  const declared = /^(?:ï»¿)?<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1]?.toLowerCase();
  // A file that says UTF-16 in single bytes is not UTF-16.
  return declared === undefined || declared.startsWith("utf") ? "utf-8" : declared;
}
