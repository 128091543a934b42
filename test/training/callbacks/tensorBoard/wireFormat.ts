// A reader of what TensorBoard reads, written from the formats' descriptions and not from the code that writes them.

/** A message of protobuf as its fields: numbers, or bytes. */
export type Fields = [field: number, value: number | Buffer][];

/** Takes a message apart. @throws for bytes that are none */
export function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error("the message ends within a number");
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, kind] = [Math.floor(key / 8), key % 8];
    if (kind === 0) fields.push([field, varint()]);
    else if (kind === 1) fields.push([field, bytes.readDoubleLE((at += 8) - 8)]);
    else if (kind === 5) fields.push([field, bytes.readFloatLE((at += 4) - 4)]);
    else if (kind === 2) {
      const length = varint();
      fields.push([field, bytes.subarray(at, (at += length))]);
    } else throw new Error(`wire type ${kind}`);
    if (at > bytes.length) throw new Error("the message ends within a field");
  }
  return fields;
}

/** All values of a field. */
export function all(message: Fields | Buffer, field: number): Buffer[] {
  const fields = Buffer.isBuffer(message) ? fieldsOf(message) : message;
  return fields.filter(([number]) => number === field).map(([, value]) => value as Buffer);
}

/** The number in a field, 0 where it is not there. */
export function numberIn(message: Fields | Buffer, field: number): number {
  return (all(message, field)[0] as unknown as number | undefined) ?? 0;
}

/** The text in a field, empty where it is not there. */
export function textIn(message: Fields | Buffer, field: number): string {
  return all(message, field)[0]?.toString("utf8") ?? "";
}

/** The contents of TFRecords, whose checksums are recomputed. @throws for a wrong one */
export function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const content = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 8) !== masked(bytes.subarray(at, at + 8))) throw new Error(`length at ${at}`);
    if (bytes.readUInt32LE(at + 12 + length) !== masked(content)) throw new Error(`content at ${at}`);
    records.push(content);
    at += 16 + length;
  }
  return records;
}

/** CRC-32C bit by bit, masked as TFRecord has it. */
function masked(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  const value = ~crc >>> 0;
  return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0;
}
