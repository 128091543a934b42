import { open } from "node:fs/promises";
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { systemErrorAt } from "../base/systemErrors.ts";
import { readFileWithin } from "./boundedFiles.ts";
import { type NamedValues, setVariables } from "./namedWeights.ts";
import { packedSize, PackedValues, packValues, sha256Of, unpackValues } from "./packedValues.ts";

const LARGEST_FILE = 2 ** 31 - 1;
const LINE_END = 10;
/** Of the names and shapes of all variables. */
const LARGEST_HEADER = 16 * 2 ** 20;
const HEADER_CHUNK = 2 ** 16;

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

/**
 * Reads the state alone of what `saveVariables` wrote, without looking at the values, which may be large.
 *
 * @throws AnchorkitError if the file is missing or not a checkpoint, or its state is of another form
 */
export async function readState<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const file = await open(path).catch((error: unknown) => {
    throw systemErrorAt(error, path);
  });
  try {
    const lines: Buffer[] = [];
    for (let size = 0; size < LARGEST_HEADER;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_CHUNK), 0, HEADER_CHUNK, size);
      lines.push(buffer.subarray(0, bytesRead));
      size += bytesRead;
      const [, header, rest] = splitLines(Buffer.concat(lines));
      if (bytesRead > 0 && rest === undefined) continue;
      const parsed = z.object({ state: schema }).safeParse(parseJson(header?.toString() ?? ""));
      if (parsed.success) return parsed.data.state;
      break;
    }
    throw new AnchorkitError(`${path}: not a checkpoint, or cut short`);
  } finally {
    await file.close();
  }
}

/** The first two lines, and what follows if their end is there. */
function splitLines(bytes: Buffer): [Buffer, Buffer?, Buffer?] {
  const first = bytes.indexOf(LINE_END);
  const second = first < 0 ? -1 : bytes.indexOf(LINE_END, first + 1);
  if (second < 0) return [bytes];
  return [bytes.subarray(0, first), bytes.subarray(first + 1, second), bytes.subarray(second + 1)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
