import { crc32, deflateRawSync } from "node:zlib";

/**
 * A zip archive of the given files, stored without compression unless asked for (PKWARE's APPNOTE, sections 4.3.7,
 * 4.3.12, 4.3.16).
 *
 * @param compressed whether a file of this name is compressed
 */
export function zipOf(
  files: Record<string, string | Uint8Array>,
  compressed: (name: string) => boolean = () => false,
): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    const data = compressed(name) ? deflateRawSync(content) : content;
    const common = Buffer.alloc(26); // version, flags, method, time, date, crc, sizes, name and extra lengths
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(compressed(name) ? 8 : 0, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const central = Buffer.alloc(14); // comment length, disk, attributes, offset
    central.writeUInt32LE(offset, 10);
    locals.push(Buffer.from("PK\x03\x04"), common, path, data);
    centrals.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), common, central, path);
    offset += 30 + path.length + data.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from("PK\x05\x06"), end]);
}
