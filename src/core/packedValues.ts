import { createHash } from "node:crypto";
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import type { NamedValues, WeightValue } from "./namedWeights.ts";

/** What the packed values are, in their order. Names have no control characters, for messages print them. */
export const PackedValues = z
  .array(
    z.object({
      name: z.string().regex(/^\P{Cc}+$/u),
      shape: z.array(z.int().nonnegative()),
      dtype: z.literal("float32"),
    }),
  )
  .refine((packed) => new Set(packed.map(({ name }) => name)).size === packed.length, "a name is there twice");
type PackedValues = z.infer<typeof PackedValues>;

/**
 * The values of variables, one after the other, as little-endian float32, and what they are.
 *
 * @throws AnchorkitError that names the first that holds NaN or an infinite value: such weights are of no use to anyone
 */
export function packValues(
  path: string,
  variables: ReadonlyMap<string, tf.Variable>,
): { packed: PackedValues; bytes: Buffer } {
  const parts = [...variables].map(([name, variable]) => {
    if (variable.dtype !== "float32") throw new Error(`packValues: ${name} is ${variable.dtype}, not float32`);
    const values = variable.dataSync<"float32">();
    if (!allFinite(values)) {
      throw new AnchorkitError(
        `${path}: not written: ${name} holds values that are not finite; lower the learning rate`,
      );
    }
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  });
  const packed = [...variables].map(([name, { shape }]) => ({ name, shape, dtype: "float32" as const }));
  return { packed, bytes: Buffer.concat(parts) };
}

/** How many bytes the values of these shapes take. */
export function packedSize(packed: PackedValues): number {
  return packed.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}

/**
 * What `packValues` packed, by name.
 *
 * @param bytes of the size that `packedSize` says
 * @throws AnchorkitError that names the first that holds NaN or an infinite value
 */
export function unpackValues(path: string, packed: PackedValues, bytes: Uint8Array): NamedValues {
  const all = new Float32Array(new Uint8Array(bytes).buffer); // a copy, for floats must begin at a multiple of 4
  const unpacked = new Map<string, WeightValue>();
  let at = 0;
  for (const { name, shape } of packed) {
    const values = all.slice(at, (at += sizeOf(shape)));
    if (!allFinite(values)) {
      throw new AnchorkitError(`${path}: ${name} holds values that are not finite: damaged, or of a failed training`);
    }
    unpacked.set(name, { shape, values });
  }
  return unpacked;
}

/** In hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, side) => size * side, 1);
}

/** Whether none of them is NaN or infinite. */
export function allFinite(values: Float32Array): boolean {
  for (const value of values) {
    if (!Number.isFinite(value)) return false;
  }
  return true;
}
