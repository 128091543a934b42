import { AnchorkitError } from "../../../base/errors.ts";

const MOST_INTEGER_BYTES = 64;

/** What a pickle's opcodes are followed by: numbers, little-endian but for floats, and texts. */
export class PickleInput {
  at: number;
  private readonly all: Uint8Array;
  private readonly view: DataView;
  private readonly path: string;

  constructor(all: Uint8Array, at: number, path: string) {
    this.all = all;
    this.at = at;
    this.path = path;
    this.view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  /** A view of the next bytes. */
  bytes(count: number): Uint8Array {
    const end = this.at + count;
    if (end > this.all.length) this.cutOff();
    const bytes = this.all.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  uint(size: 1 | 2 | 4 | 8): number {
    const at = this.at;
    this.bytes(size);
    if (size === 1) return this.view.getUint8(at);
    if (size === 2) return this.view.getUint16(at, true);
    if (size === 4) return this.view.getUint32(at, true);
    return Number(this.view.getBigUint64(at, true));
  }

  float(): number {
    const at = this.at;
    this.bytes(8);
    return this.view.getFloat64(at);
  }

  /** Two's complement, little-endian, of so many bytes; a bigint where a number would not be exact. */
  integer(size: number): number | bigint {
    if (size > MOST_INTEGER_BYTES) throw new AnchorkitError(`${this.path}: damaged: an integer of ${size} bytes`);
    let value = 0n;
    for (const [i, byte] of this.bytes(size).entries()) value |= BigInt(byte) << BigInt(8 * i);
    const signed = BigInt.asIntN(8 * size, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(size: number, encoding: "utf-8" | "latin1"): string {
    return new TextDecoder(encoding).decode(this.bytes(size));
  }

  line(): string {
    const end = this.all.indexOf(0x0a, this.at);
    if (end < 0) this.cutOff();
    const text = this.text(end - this.at, "utf-8");
    this.at = end + 1;
    return text;
  }

  private cutOff(): never {
    throw new AnchorkitError(`${this.path}: damaged, or cut off: its pickle ends in the middle; take it from a copy`);
  }
}
