/**
 * A BMP of the plainest kind: 24 bits, from the bottom up.
 *
 * @param byteAt of row y from the bottom, the byte x of its 3 * width: blue, green, red
 */
export function bmpOf(width: number, height: number, byteAt: (x: number, y: number) => number): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + row * height);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) for (let x = 0; x < 3 * width; x++) bytes[54 + y * row + x] = byteAt(x, y);
  return bytes;
}
