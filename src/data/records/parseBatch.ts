import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { parseWithExactIds } from "./exactIds.ts";
import { mendJson, type Slip } from "./mendJson.ts";
import { describeBadJson } from "./notJson.ts";
import { BYTE, isBlank, type ScannedBatch, ValueEnd } from "./recordScanner.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How the records of a batch are parsed. */
export interface ParseOptions {
  /** What names the record of that index in the batch. */
  where: (offset: number) => string;
  /** Whether the file ends with the batch, without a newline. */
  cutOff?: boolean;
  /** Is told of slips, which are mended then; without it they are errors. */
  onSlip?: ((slip: Slip, where: string) => void) | undefined;
}

/**
 * The records of a batch; ids beyond 2^53 as text. The bytes on either side of it are overwritten.
 *
 * @throws AnchorkitError naming the first record that is not valid JSON
 */
export function parseBatch(bytes: Buffer, batch: ScannedBatch, options: ParseOptions): unknown[] {
  bytes[batch.from - 1] = BYTE.openList;
  bytes[batch.to] = BYTE.closeList;
  try {
    const values = parseWithExactIds(utf8.decode(bytes.subarray(batch.from - 1, batch.to + 1))) as unknown[];
    if (values.length === batch.count) return values;
  } catch {
    // looked at below, record by record
  }
  return parseEach(bytes, batch, options);
}

function parseEach(bytes: Buffer, batch: ScannedBatch, { where, cutOff = false, onSlip }: ParseOptions): unknown[] {
  const values: unknown[] = [];
  for (const record of recordsOf(bytes, batch)) {
    const last = values.length === batch.count - 1;
    const place = where(values.length);
    if (onSlip && last && batch.closes && isBlank(record, 0, record.length)) {
      onSlip("commas too many", place);
      return values;
    }
    try {
      const { value, slips } = parseRecord(record, onSlip !== undefined);
      for (const slip of slips) onSlip?.(slip, place);
      values.push(value);
    } catch (error) {
      const isCut =
        last && cutOff && new ValueEnd().findClosing(record, record.indexOf(BYTE.open) + 1, record.length) < 0;
      throw new AnchorkitError(`${place}: ${isCut ? "is cut off, and so seems to be the file" : messageOf(error)}`);
    }
  }
  if (values.length === batch.count) return values;
  throw new AnchorkitError(`${where(0)}: is not valid JSON here or in the records after it`);
}

/** @throws SyntaxError that says in one line what is wrong */
function parseRecord(record: Buffer, mends: boolean): { value: unknown; slips: Slip[] } {
  let text: string;
  try {
    text = utf8.decode(record);
  } catch {
    throw new SyntaxError("is not text in UTF-8");
  }
  try {
    return { value: parseWithExactIds(text), slips: [] };
  } catch (error) {
    const mended = mends ? mendJson(text) : undefined;
    try {
      if (mended && mended.slips.length > 0) return { value: parseWithExactIds(mended.text), slips: mended.slips };
    } catch {
      // more is wrong with it
    }
    throw new SyntaxError(describeBadJson(text, error), { cause: error });
  }
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
