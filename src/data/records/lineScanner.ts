import { BYTE, isBlank, type RecordScanner, type ScannedBatch } from "./recordScanner.ts";

/** JSON Lines: each line that is not blank is a record. Whoever scans sees to a newline at the end of the file. */
export class LineScanner implements RecordScanner {
  keep: number;
  #at: number;
  #index = 0;
  #line = 1;

  constructor(start: number) {
    this.keep = this.#at = start;
  }

  shift(by: number): void {
    this.keep -= by;
    this.#at -= by;
  }

  /** The newlines between the records of a batch are made commas. A blank line ends a batch: within one, lines count on. */
  *scan(bytes: Buffer, end: number): Iterable<ScannedBatch> {
    const view = bytes.subarray(0, end);
    let starts: number[] = [];
    let start = this.keep; // of the line that is looked at
    for (;;) {
      const newline = view.indexOf(BYTE.newline, this.#at);
      const blank = newline >= 0 && isBlank(view, start, newline);
      const count = starts.length;
      if (count > 0 && (newline < 0 || blank)) {
        yield { list: "", first: this.#index, line: this.#line, starts, count, from: this.keep, to: start - 1 };
        this.#index += count;
        this.#line += count;
        starts = [];
      }
      if (starts.length === 0) this.keep = start;
      if (newline < 0) break;
      if (blank) {
        this.#line++;
        this.keep = newline + 1;
      } else {
        bytes[newline] = BYTE.comma;
        starts.push(start);
      }
      start = this.#at = newline + 1;
    }
    this.#at = end; // no newline up to here
  }

  /** A last line that is cut off is told when it is parsed. */
  inside(): undefined {
    return undefined;
  }
}
