import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { readFileWithin } from "./boundedFiles.ts";
import { type NamedValues, setVariables } from "./namedWeights.ts";
import { packedSize, PackedValues, packValues, sha256Of, unpackValues } from "./packedValues.ts";

const LARGEST_FILE = 2 ** 31 - 1;
const LINE_END = 10;

const Header = z.object({ state: z.unknown(), variables: PackedValues });

/**
 * Writes variables (weights, slots, averages) by their names, and whatever else belongs to a checkpoint, as one file, so
 * that the two never come apart: a line with the SHA-256 of all that follows, a line of JSON, then the values.
 *
 * @throws AnchorkitError that names the variable if a value is NaN or infinite; nothing is written then
 */
export async function saveVariables(
  path: string,
  variables: ReadonlyMap<string, tf.Variable>,
  state: unknown,
): Promise<void> {
  const { packed, bytes } = packValues(path, variables);
  const header: z.infer<typeof Header> = { state, variables: packed };
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]);
  await writeFileAtomic(path, Buffer.concat([Buffer.from(`${sha256Of(content)}\n`), content]));
}

/**
 * Reads what `saveVariables` wrote into the variables of the same names, and returns the state. Each variable must be
 * there with its shape, and none may be left over.
 *
 * @throws AnchorkitError if the file is missing, cut short, damaged, or of other variables; nothing is changed then
 */
export async function loadVariables<T>(
  path: string,
  variables: ReadonlyMap<string, tf.Variable>,
  schema: z.ZodType<T>,
): Promise<T> {
  const { state, values } = await readVariables(path, schema);
  setVariables(variables, values, { misfit: `${path}: belongs to another network`, owner: "this network" });
  return state;
}

/**
 * Reads what `saveVariables` wrote, and changes nothing.
 *
 * @throws AnchorkitError if the file is missing, cut short, damaged, or its state is of another form
 */
export async function readVariables<T>(path: string, schema: z.ZodType<T>): Promise<{ state: T; values: NamedValues }> {
  const bytes = await readFileWithin(path, LARGEST_FILE);
  const content = bytes.subarray(bytes.indexOf(LINE_END) + 1);
  const end = content.indexOf(LINE_END) + 1;
  const header = Header.safeParse(parseJson(new TextDecoder().decode(content.subarray(0, end))));
  if (!header.success) throw new AnchorkitError(`${path}: not a checkpoint, or cut short`);
  const size = end + packedSize(header.data.variables);
  if (content.length !== size) {
    throw new AnchorkitError(`${path}: cut short, or damaged: ${content.length} bytes in place of ${size}`);
  }
  const checksum = new TextDecoder().decode(bytes.subarray(0, bytes.length - content.length)).trimEnd();
  if (checksum !== sha256Of(content))
    throw new AnchorkitError(`${path}: damaged: its checksum is not that of its content`);
  const values = unpackValues(path, header.data.variables, content.subarray(end));
  const state = schema.safeParse(header.data.state);
  if (!state.success) throw new AnchorkitError(`${path}: a checkpoint of another kind of training`);
  return { state: state.data, values };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
