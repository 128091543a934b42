import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { fileChunks } from "./fileChunks.ts";
import { shownPath } from "../files.ts";
import { LineScanner } from "./lineScanner.ts";
import { ListScanner } from "./listScanner.ts";
import { describeOtherFormat } from "./notJson.ts";
import type { Slip } from "./mendJson.ts";
import { parseBatch } from "./parseBatch.ts";
import { BYTE, isSpace, type RecordScanner, type ScannedBatch, ValueEnd } from "./recordScanner.ts";
import { utf8Chunks } from "./utf8Chunks.ts";

const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf"; // UTF-8's, byte by byte

/** Some records that follow each other in a file. */
export interface RecordBatch {
  /** The member of the file's object that lists them; "" where the whole file is a list or JSON Lines. */
  list: string;
  /** Index of the first of them in that list. */
  first: number;
  /** Line of the first of them, from 1: JSON Lines alone, where each has a line of its own. */
  line?: number;
  /** The one value is that of a member which holds no list. */
  bare?: boolean;
  values: unknown[];
}

export interface JsonRecordsOptions {
  /** Members of an object whose value is read where it is no list. */
  bare?: readonly string[];
  /** Records that are longer are refused: most likely a quote or bracket is missing. 64 MiB unless told. */
  maxRecordBytes?: number;
  /** Is told of slips that can mean one thing alone, which are mended then; without it they are errors. */
  onSlip?: (slip: Slip, where: string) => void;
}

/** Where a record stands, for messages: `results.json: record 12`, `truth.json: annotations[12]`, `results.jsonl: line 13`. */
export function placeOf(name: string, { list, first, line, bare }: Omit<RecordBatch, "values">, offset = 0): string {
  if (bare) return `${name}: ${list}`;
  if (line !== undefined) return `${name}: line ${line + offset}`;
  return list === "" ? `${name}: record ${first + offset}` : `${name}: ${list}[${first + offset}]`;
}

/**
 * Reads a JSON file of records in bounded memory, however long it is: a list `[…]`, JSON Lines (by the name .jsonl or
 * .ndjson, or by what the file holds), or an object with lists of records as members. Any of them may be in gzip, and in
 * UTF-8 or UTF-16. A list of the object that has no records comes as a batch without values. Ids beyond 2^53 come as the
 * text of their digits.
 *
 * The bytes are scanned for the ends of records, and whole batches of them go to JSON.parse, which is much faster than
 * any parser that is written in JavaScript.
 *
 * @param lists the members of an object that are read; others are passed over
 * @throws AnchorkitError naming file and record (or line) for what is missing, empty, cut off or no JSON.
 */
export async function* jsonRecords(
  file: string,
  lists: readonly string[],
  { bare = [], maxRecordBytes = 64 * 2 ** 20, onSlip }: JsonRecordsOptions = {},
): AsyncGenerator<RecordBatch, void> {
  const name = shownPath(file);
  const window = new Window(maxRecordBytes, name);
  let scanner: RecordScanner | undefined;
  let found = false;
  for await (const chunk of utf8Chunks(fileChunks(file), name)) {
    window.add(chunk, scanner);
    scanner ??= scannerFor(window, name, lists, bare);
    if (!scanner) continue;
    for (const batch of batches(scanner, window, { name, onSlip })) {
      found = true;
      yield batch;
    }
  }
  if (!scanner) throw new AnchorkitError(`${name}: the file is empty`);
  if (scanner instanceof LineScanner) {
    const cutOff = window.bytes[window.end - 1] !== BYTE.newline;
    window.add(Buffer.of(BYTE.newline), scanner);
    yield* batches(scanner, window, { name, cutOff, onSlip });
    return;
  }
  const inside = scanner.inside();
  if (inside !== undefined) throw new AnchorkitError(`${name}: ends inside ${inside}: the file seems to be cut off`);
  if (!found && scanner instanceof ListScanner) {
    const members = scanner.members.length === 0 ? "nothing" : scanner.members.join(", ");
    throw new AnchorkitError(`${name}: has no list named ${lists.join(" or ")}; it holds ${members}`);
  }
  if (scanner instanceof ListScanner && scanner.hasCommaTooMany)
    onSlip?.("commas too many", `${name}: its last member`);
}

function* batches(
  scanner: RecordScanner,
  window: Window,
  {
    name,
    cutOff = false,
    onSlip,
  }: { name: string; cutOff?: boolean; onSlip: JsonRecordsOptions["onSlip"] | undefined },
): Iterable<RecordBatch> {
  const scanned = scanner.scan(window.bytes, window.end)[Symbol.iterator]();
  for (;;) {
    let next: IteratorResult<ScannedBatch>;
    try {
      next = scanned.next();
    } catch (error) {
      throw new AnchorkitError(`${name}: is not valid JSON: ${messageOf(error)}`);
    }
    if (next.done) return;
    const { list, first, line, bare } = next.value;
    const place = { list, first, ...(line !== undefined && { line }), ...(bare && { bare }) };
    const where = (offset: number): string => placeOf(name, place, offset);
    const values = parseBatch(window.bytes, next.value, { where, cutOff, onSlip });
    yield { ...place, values };
  }
}

/** The scanner for what the first bytes show; undefined where they are blank. */
function scannerFor(
  window: Window,
  name: string,
  lists: readonly string[],
  bare: readonly string[],
): RecordScanner | undefined {
  const { bytes, end } = window;
  const start = bytes.toString("latin1", 1, 4) === BYTE_ORDER_MARK ? 4 : 1;
  let first = start;
  while (first < end && isSpace(bytes[first])) first++;
  if (first === end) return undefined;
  if (bytes[first] === BYTE.openList) return new ListScanner(first, lists, bare);
  if (bytes[first] !== BYTE.open)
    throw new AnchorkitError(`${name}: ${describeOtherFormat(bytes.subarray(first, end))}`);
  const lines = /\.(?:jsonl|ndjson)(?:\.gz)?$/i.test(name) || beginsLines(bytes.subarray(0, end), first, lists);
  return lines ? new LineScanner(start) : new ListScanner(first, lists, bare);
}

/** Whether the object at `first` is followed by another, or stands alone on a line and has none of the lists. */
function beginsLines(bytes: Buffer, first: number, lists: readonly string[]): boolean {
  const end = new ValueEnd().findClosing(bytes, first + 1, bytes.length);
  if (end < 0) return false;
  let next = end + 1;
  while (next < bytes.length && isSpace(bytes[next])) next++;
  if (next < bytes.length) return bytes[next] === BYTE.open;
  const text = bytes.toString("utf8", first, end + 1);
  return !text.includes("\n") && !lists.some((list) => text.includes(JSON.stringify(list)));
}

/** The bytes that are looked at: the end of what was scanned, and what was read behind it. */
class Window {
  bytes = Buffer.allocUnsafe(2 ** 20);
  end = 1; // the byte before the first record is overwritten when a batch is parsed
  readonly #maxRecordBytes: number;
  readonly #name: string;

  constructor(maxRecordBytes: number, name: string) {
    this.#maxRecordBytes = maxRecordBytes;
    this.#name = name;
  }

  add(chunk: Uint8Array, scanner: RecordScanner | undefined): void {
    const keep = scanner?.keep ?? 1;
    const open = this.end - keep;
    if (open > this.#maxRecordBytes) {
      const what = scanner?.inside() ?? "a line";
      throw new AnchorkitError(
        `${this.#name}: ${what} is longer than ${this.#maxRecordBytes} bytes: is a quote, bracket or newline missing?`,
      );
    }
    if (this.end + chunk.length > this.bytes.length) {
      const larger = open + chunk.length > this.bytes.length / 2;
      const target = larger ? Buffer.allocUnsafe(2 * (open + chunk.length) + 1) : this.bytes;
      this.bytes.copy(target, 1, keep, this.end);
      scanner?.shift(keep - 1);
      this.bytes = target;
      this.end = 1 + open;
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }
}
