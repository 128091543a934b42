import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "../../src/base/random.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../src/serve/index.ts";
import { classifier, detector, reader, segmenter } from "../export/untrainedModels.ts";

/** Models of each kind that can be served, small and untrained. */
export const SAVE = {
  things: detector(),
  kinds: classifier("small"),
  pixels: segmenter({ kind: "unet", filters: 4, depth: 2 }),
  texts: reader("gru"),
} as const;

/** Whether there is an engine that is quick enough. */
export const native = (await loadEngine()).name === "native";

/** A folder that is there until the process of the tests ends; vitest's hooks remove it. */
export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-serve-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Starts a server on a free port, which logs nothing, with small batches. */
export function serve(models: Readonly<Record<string, string>>, options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const sources = Object.entries(models).map(([name, path]) => ({ name, path }));
  return startServer({ models: sources, port: 0, logLevel: "silent", maxBatch: 2, watch: 0, timeout: 120, ...options });
} // prettier-ignore

/** A PNG of noise, always the same for a seed. */
export function noise(width: number, height: number, seed: number): Promise<Buffer> {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** What JSON holds, as far as tests look at it. */
export interface Json {
  [name: string]: Json;
  [index: number]: Json;
}

/** What a server answers. */
export interface Said {
  status: number;
  headers: Headers;
  body: Json;
}

/** Sends a request, and reads the answer as JSON where it is JSON. */
export async function ask({ url }: { url: string }, path: string, init: RequestInit = {}): Promise<Said> {
  const response = await fetch(`${url}${path}`, init);
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const body: unknown = isJson ? await response.json() : Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body: body as Json };
}

/** Sends an image as it is. */
export function sendImage(server: { url: string }, path: string, image: Uint8Array, accept?: string): Promise<Said> {
  const headers = { "content-type": "image/png", ...(accept !== undefined && { accept }) };
  return ask(server, path, { method: "POST", headers, body: Uint8Array.from(image) });
}

/** Sends instances as TensorFlow Serving takes them. */
export function sendInstances(server: { url: string }, path: string, instances: unknown, more: object = {}): Promise<Said> {
  return ask(server, path, { method: "POST", body: JSON.stringify({ instances, ...more }) });
} // prettier-ignore
