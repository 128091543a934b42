/** Where some whole records lie in the bytes that were scanned. */
export interface ScannedBatch {
  /** The member of the file's object that they are in; "" where the file is a list or JSON Lines. */
  list: string;
  /** Index of the first of them in its list. */
  first: number;
  /** Line of the first of them, from 1, each on a line of its own: JSON Lines alone. */
  line?: number;
  /** Where each line begins: JSON Lines alone. */
  starts?: number[];
  /** The list ends with these records. */
  closes?: boolean;
  /** It is the value of a member that holds no list. */
  bare?: boolean;
  count: number;
  /**
   * From the first byte of the first record to the byte after the last one. The byte before and the one at `to` belong
   * to no record: `[` and `]` can be put there, which makes a JSON array of the batch.
   */
  from: number;
  to: number;
}

/** Finds whole records in bytes that come piece by piece. */
export interface RecordScanner {
  /** Bytes before this one are done with. */
  keep: number;
  /** The bytes have been moved down by so many. */
  shift(by: number): void;
  /** What is complete among the bytes from `keep` to `end`. */
  scan(bytes: Buffer, end: number): Iterable<ScannedBatch>;
  /** What the bytes scanned so far end inside of: "record 12"; undefined where all is closed. */
  inside(): string | undefined;
}

export const BYTE = {
  ...{ tab: 9, newline: 10, return: 13, space: 32 },
  ...{ quote: 34, comma: 44, colon: 58, openList: 91, backslash: 92, closeList: 93, open: 123, close: 125 },
} as const;

/** Whether JSON takes the byte for white space. */
export function isSpace(byte: number | undefined): boolean {
  return byte === BYTE.space || byte === BYTE.newline || byte === BYTE.return || byte === BYTE.tab;
}

/** Whether there is nothing but white space. */
export function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!isSpace(bytes[i])) return false;
  return true;
}

const Meaning = { none: 0, quote: 1, backslash: 2, open: 3, close: 4, comma: 5 } as const;

/** What a byte may mean for the structure: one look for the many that mean nothing. */
const MEANING = new Uint8Array(256);
MEANING[BYTE.quote] = Meaning.quote;
MEANING[BYTE.backslash] = Meaning.backslash;
MEANING[BYTE.open] = MEANING[BYTE.openList] = Meaning.open;
MEANING[BYTE.close] = MEANING[BYTE.closeList] = Meaning.close;
MEANING[BYTE.comma] = Meaning.comma;

/** Finds where values of a JSON list or object end, by counting brackets outside of strings; takes up where it stopped. */
export class ValueEnd {
  #depth = 0;
  #inString = false;
  /** 1 where the first byte of the next call follows a backslash. */
  #escaped = 0;

  /** The place of the bracket that closes what `at` lies in, or -1 where that is beyond `end`. */
  findClosing(bytes: Uint8Array, at: number, end: number): number {
    let stop = this.find(bytes, at, end);
    while (stop >= 0 && bytes[stop] === BYTE.comma) stop = this.find(bytes, stop + 1, end);
    return stop;
  }

  /** The place of the comma or closing bracket after the value that `at` lies in, or -1 where it goes on beyond `end`. */
  find(bytes: Uint8Array, at: number, end: number): number {
    let [depth, inString] = [this.#depth, this.#inString];
    let i = at + this.#escaped;
    for (; i < end; i++) {
      const meaning = MEANING[bytes[i] as number];
      if (meaning === Meaning.none) continue;
      if (meaning === Meaning.quote) inString = !inString;
      else if (inString) {
        if (meaning === Meaning.backslash) i++; // whatever follows
      } else if (meaning === Meaning.open) depth++;
      else if (meaning === Meaning.close) {
        if (depth === 0) break;
        depth--;
      } else if (meaning === Meaning.comma && depth === 0) break;
    }
    this.#escaped = Math.max(0, i - end);
    [this.#depth, this.#inString] = [depth, inString];
    return i < end ? i : -1;
  }
}
