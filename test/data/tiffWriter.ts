/** An uncompressed TIFF of kinds that sharp does not write. `format`: 1 unsigned, 2 signed, 3 floating point. */
export function tiff(
  { width, height, channels, bits, format }: Record<"width" | "height" | "channels" | "bits" | "format", number>,
  values: ArrayBufferView,
): Buffer {
  const pixels = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const each = (value: number) => new Array<number>(channels).fill(value);
  const photometric = channels >= 3 ? 2 : 1; // RGB, or grey with black as 0
  const extra = channels - (channels >= 3 ? 3 : 1);
  const behind: Buffer[] = [pixels];
  let end = 8 + pixels.length;
  const entries = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, each(bits)],
    [259, 3, [1]],
    [262, 3, [photometric]],
    [273, 4, [8]],
    [277, 3, [channels]],
    [278, 4, [height]],
    [279, 4, [pixels.length]],
    [338, 3, new Array<number>(extra).fill(0)],
    [339, 3, each(format)],
  ] as const;
  const used = entries.filter(([, , numbers]) => numbers.length > 0);
  const directory = Buffer.alloc(2 + 12 * used.length + 4);
  directory.writeUInt16LE(used.length, 0);
  for (const [i, [tag, type, numbers]] of used.entries()) {
    const at = 2 + 12 * i;
    const size = type === 3 ? 2 : 4;
    const bytes = Buffer.alloc(Math.max(4, numbers.length * size));
    for (const [k, value] of numbers.entries()) bytes.writeUIntLE(value, k * size, size);
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(numbers.length, at + 4);
    if (bytes.length === 4) bytes.copy(directory, at + 8);
    else {
      directory.writeUInt32LE(end, at + 8);
      behind.push(bytes);
      end += bytes.length;
    }
  }
  const header = Buffer.alloc(8);
  header.write("II*\0", "latin1");
  header.writeUInt32LE(end, 4);
  return Buffer.concat([header, ...behind, directory]);
}
