import { open, type FileHandle } from "node:fs/promises";
import protobuf from "protobufjs";
import { AnchorkitError } from "../../base/errors.ts";
import { MANIFEST_KEY } from "../manifest.ts";

/** Of one entry: descriptions hold the names of classes, some thousands at most. */
const LARGEST_ENTRY = 16 * 2 ** 20;
/** A tag and a length take ten bytes each at most. */
const HEADER = 20;

/** ModelProto.metadata_props, and StringStringEntryProto's key and value (onnx.proto). */
const METADATA_FIELD = 14;
const [KEY, VALUE] = [1, 2];

/** Protobuf's wire types. */
const [VARINT, BITS_64, BYTES, BITS_32] = [0, 1, 2, 5];

/**
 * What an ONNX file says of itself, by key; the graph is passed over, however large it is.
 *
 * @throws AnchorkitError if the file is no ONNX file
 */
export async function readOnnxMetadata(path: string): Promise<Map<string, string>> {
  const file = await open(path);
  try {
    return await readEntries(file);
  } catch (error) {
    if (error instanceof RangeError)
      throw new AnchorkitError(`${path}: is no ONNX file, or is damaged`, { cause: error });
    throw error;
  } finally {
    await file.close();
  }
}

/** Whether a file is an ONNX file that anchorkit has written. */
export async function isOnnxExport(path: string): Promise<boolean> {
  try {
    return (await readOnnxMetadata(path)).has(MANIFEST_KEY);
  } catch (error) {
    if (error instanceof AnchorkitError) return false;
    throw error;
  }
}

/** @throws RangeError if the bytes are no message of protobuf */
async function readEntries(file: FileHandle): Promise<Map<string, string>> {
  const { size } = await file.stat();
  const found = new Map<string, string>();
  let at = 0;
  while (at < size) {
    const header = protobuf.Reader.create(await bytesOf(file, at, Math.min(HEADER, size - at)));
    const tag = header.uint32();
    const type = tag & 7;
    let length = 0;
    if (type === VARINT) header.uint64();
    else if (type === BYTES) length = Number(header.uint64());
    else if (type === BITS_64) length = 8;
    else if (type === BITS_32) length = 4;
    else throw new RangeError(`there is no wire type ${type}`);
    const begin = at + header.pos;
    if (tag >>> 3 === 0 || begin + length > size) throw new RangeError("a field reaches out of the file");
    if (tag >>> 3 === METADATA_FIELD && type === BYTES && length <= LARGEST_ENTRY) {
      const [key, value] = entryOf(await bytesOf(file, begin, length));
      found.set(key, value);
    }
    at = begin + length;
  }
  if (at === 0) throw new RangeError("the file is empty");
  return found;
}

function entryOf(bytes: Uint8Array): [key: string, value: string] {
  const reader = protobuf.Reader.create(bytes);
  const texts = new Map<number, string>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === BYTES) texts.set(tag >>> 3, reader.string());
    else reader.skipType(tag & 7);
  }
  return [texts.get(KEY) ?? "", texts.get(VALUE) ?? ""];
}

async function bytesOf(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position);
  if (bytesRead < length) throw new RangeError("the file ends too soon");
  return buffer;
}
