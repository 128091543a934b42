import { AnchorkitError } from "../../base/errors.ts";
import { describeBadJson } from "./notJson.ts";
import { BYTE, type ScannedBatch, ValueEnd } from "./recordScanner.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The records of a batch. The bytes on either side of it are overwritten.
 *
 * @param where what names the record of that index in the batch
 * @param cutOff whether the file ends with the batch, without a newline
 * @throws AnchorkitError naming the first record that is not valid JSON
 */
export function parseBatch(
  bytes: Buffer,
  batch: ScannedBatch,
  where: (offset: number) => string,
  cutOff = false,
): unknown[] {
  bytes[batch.from - 1] = BYTE.openList;
  bytes[batch.to] = BYTE.closeList;
  try {
    const values = JSON.parse(utf8.decode(bytes.subarray(batch.from - 1, batch.to + 1))) as unknown[];
    if (values.length === batch.count) return values;
  } catch {
    // told below, record by record
  }
  let offset = 0;
  for (const record of recordsOf(bytes, batch)) {
    const problem = problemOf(record);
    const last = cutOff && offset === batch.count - 1;
    if (problem !== undefined) {
      throw new AnchorkitError(`${where(offset)}: ${last ? "is cut off, and so seems to be the file" : problem}`);
    }
    offset++;
  }
  throw new AnchorkitError(`${where(0)}: is not valid JSON here or in the records after it`);
}

function* recordsOf(bytes: Buffer, { from, to, starts }: ScannedBatch): Iterable<Buffer> {
  if (starts) {
    for (const [i, start] of starts.entries()) yield bytes.subarray(start, (starts[i + 1] ?? to + 1) - 1);
    return;
  }
  for (let start = from; start <= to;) {
    const end = new ValueEnd().find(bytes, start, to + 1);
    if (end < 0) return;
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

function problemOf(record: Buffer): string | undefined {
  let text: string;
  try {
    text = utf8.decode(record);
  } catch {
    return "is not text in UTF-8";
  }
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return describeBadJson(text, error);
  }
}
