import { z } from "zod";
import { checked } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { halvesFromFloats, LARGEST_HALF } from "../../base/halfFloats.ts";
import type { NamedValues, WeightValue } from "../namedWeights.ts";
import { FLOAT_BYTES, type FloatKind, floatsFrom, type Tensors } from "./floats.ts";

/** Bytes of the types that are left out. */
const OTHER_BYTES: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, I8: 1, U8: 1, I16: 2, U16: 2, I32: 4, U32: 4, I64: 8, U64: 8, C64: 8 },
  ...{ F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1 },
};

const LARGEST_HEADER = 2 ** 24;

const Described = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()).max(16),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const Metadata = z.record(z.string(), z.string());

/** How `writeSafetensors` writes. */
export interface SafetensorsOptions {
  /** Half floats or whole ones; "F32" unless told. */
  dtype?: "F16" | "F32";
  /** Texts that the file says about itself. */
  metadata?: Readonly<Record<string, string>>;
}

/** Whether bytes begin as a safetensors file does: the size of a header, and a brace. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes[6] === 0 && bytes[7] === 0;
}

/**
 * Reads a safetensors file: a header's size as 8 bytes, the header in JSON, and the tensors, which must lie one behind
 * the other and fill the rest (https://github.com/huggingface/safetensors, "Format").
 *
 * @throws AnchorkitError if it is damaged, cut off, or of a type of numbers that is not known
 */
export function readSafetensors(bytes: Uint8Array, path: string): Tensors {
  const { header, body } = splitHeader(bytes, path);
  const { __metadata__: about, ...described } = header;
  const metadata = about === undefined ? {} : checked(about, Metadata, `${path}: __metadata__`);
  const entries = Object.entries(described).map(([name, one]) => ({
    name,
    ...checked(one, Described, `${path}: ${name}`),
  }));
  entries.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  const tensors = new Map<string, WeightValue>();
  const leftOut: string[] = [];
  let at = 0;
  for (const {
    name,
    dtype,
    shape,
    data_offsets: [begin, end],
  } of entries) {
    const kind = isFloat(dtype) ? dtype : undefined;
    const size = kind ? FLOAT_BYTES[kind] : Object.hasOwn(OTHER_BYTES, dtype) ? OTHER_BYTES[dtype] : undefined;
    if (size === undefined) throw new AnchorkitError(`${path}: ${name} is of the type ${dtype}, which is not known`);
    const length = shape.reduce((product, side) => product * side, size);
    if (begin !== at || end !== begin + length || end > body.length) {
      const place = `${name} of shape [${shape.join(", ")}] is said to lie at bytes ${begin} to ${end}`;
      throw damaged(path, `${place}, and needs ${length} of them from ${at} on; there are ${body.length}`);
    }
    at = end;
    if (kind) tensors.set(name, { shape, values: floatsFrom(kind, body.subarray(begin, end)) });
    else leftOut.push(name);
  }
  if (at !== body.length) throw damaged(path, `its tensors end at byte ${at} of ${body.length}`);
  return { tensors, metadata, leftOut };
}

/**
 * Writes a safetensors file, of half floats the nearest to each value; it appears whole or not at all.
 *
 * @throws AnchorkitError that names the first tensor with a value that is not finite, or too large for a half float
 */
export async function writeSafetensors(
  path: string,
  tensors: NamedValues,
  options: SafetensorsOptions = {},
): Promise<void> {
  const { dtype = "F32", metadata = {} } = options;
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, { shape, values }] of tensors) {
    checkValues(path, name, values, dtype);
    const { buffer, byteOffset, byteLength } = dtype === "F16" ? halvesFromFloats(values) : values;
    parts.push(Buffer.from(buffer, byteOffset, byteLength));
    header[name] = { dtype, shape, data_offsets: [at, (at += byteLength)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc(-text.length & 7, " "); // so that the tensors begin at a multiple of 8 bytes
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length + padding.length));
  await writeFileAtomic(path, Buffer.concat([size, text, padding, ...parts]));
}

function isFloat(dtype: string): dtype is FloatKind {
  return Object.hasOwn(FLOAT_BYTES, dtype);
}

function splitHeader(bytes: Uint8Array, path: string): { header: Record<string, unknown>; body: Uint8Array } {
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (size > LARGEST_HEADER || 8 + size > bytes.length) {
    throw damaged(path, `its header is said to have ${size} bytes, the file has ${bytes.length}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + size)));
  } catch {
    throw damaged(path, "its header is no JSON");
  }
  if (typeof header !== "object" || header === null) throw damaged(path, "its header is no JSON object");
  return { header: header as Record<string, unknown>, body: bytes.subarray(8 + size) };
}

function checkValues(path: string, name: string, values: Float32Array, dtype: "F16" | "F32"): void {
  const most = dtype === "F16" ? LARGEST_HALF : Infinity;
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new AnchorkitError(`${path}: not written: ${name} holds values that are not finite`);
    if (Math.abs(value) > most) {
      throw new AnchorkitError(`${path}: not written: ${name} holds ${value}, more than a half float can: ${most}`);
    }
  }
}

function damaged(path: string, what: string): AnchorkitError {
  return new AnchorkitError(`${path}: damaged, or cut off: ${what}; take it from a copy`);
}
