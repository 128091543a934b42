import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { readFileWithin } from "./boundedFiles.ts";

const LARGEST_FILE = 2 ** 31 - 1;

/** The variable behind a layer's weight: a LayerVariable wraps one, and reads as that. */
export function variableOf(weight: tf.LayerVariable): tf.Variable {
  const tensor: tf.Tensor = weight.read();
  if (!(tensor instanceof tf.Variable)) throw new Error(`the weight ${weight.name} is no variable`);
  return tensor as tf.Variable;
}

/**
 * Writes variables (weights, slots, statistics) and whatever else belongs to a checkpoint as one file, so that the two
 * never come apart: a line of JSON, then the float32 values one variable after the other.
 */
export async function saveVariables(path: string, variables: readonly tf.Variable[], state: unknown): Promise<void> {
  const header = { state, variables: variables.map(({ name, shape }) => ({ name, shape })) };
  const values = variables.map((variable) => {
    const data = variable.dataSync<"float32">();
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  });
  await writeFileAtomic(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...values]));
}

/**
 * Reads what `saveVariables` wrote into the variables, which must be the same, and returns the state.
 *
 * @throws AnchorkitError if the file is missing, cut short, or of other variables
 */
export async function loadVariables<T>(
  path: string,
  variables: readonly tf.Variable[],
  schema: z.ZodType<T>,
): Promise<T> {
  const bytes = await readFileWithin(path, LARGEST_FILE);
  const end = bytes.indexOf(10);
  const parsed = z
    .object({ state: schema, variables: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })) })
    .safeParse(parseJson(Buffer.from(bytes.subarray(0, Math.max(end, 0))).toString()));
  if (!parsed.success) throw new AnchorkitError(`${path}: not a checkpoint, or cut short`);
  const saved = parsed.data.variables;
  const differs = variables.findIndex((variable, i) => variable.shape.join() !== saved[i]?.shape.join());
  if (saved.length !== variables.length || differs !== -1) {
    const which = variables[differs]?.name ?? "their number";
    throw new AnchorkitError(`${path}: belongs to another network (${which} differs); train into another --out`);
  }
  const size = variables.reduce((sum, variable) => sum + variable.size, 0);
  if (bytes.length !== end + 1 + 4 * size) {
    throw new AnchorkitError(`${path}: is cut short: ${bytes.length} bytes in place of ${end + 1 + 4 * size}`);
  }
  const values = new Float32Array(Uint8Array.from(bytes.subarray(end + 1)).buffer);
  let at = 0;
  for (const variable of variables) {
    const own = values.slice(at, (at += variable.size));
    tf.tidy(() => {
      variable.assign(tf.tensor(own, variable.shape));
    });
  }
  return parsed.data.state;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
