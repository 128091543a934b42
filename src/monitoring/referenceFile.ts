import { open } from "node:fs/promises";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { readJsonWithin } from "../core/boundedFiles.ts";
import { type Profile, ProfileNumbers } from "./profile.ts";

const FORMAT = "anchorkit-drift-reference";
const LARGEST = 1e9;

const ReferenceProfile = ProfileNumbers.extend({
  name: z.string(),
  trained: z.boolean().optional(),
  /** Float32 numbers, little-endian, in base64. */
  embedding: z.base64().optional(),
});

const Reference = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  /** The SHA-256 of the weights that said this: what others say cannot be compared with it. */
  weights: z.string(),
  /** Where the images were. */
  source: z.string(),
  profiles: z.array(ReferenceProfile),
});

/** What current images are compared with. */
export interface Reference {
  weights: string;
  source: string;
  profiles: Profile[];
}

/** Writes profiles, and none of their images, so that drift can be found where the images are not. */
export async function writeReference(file: string, { weights, source, profiles }: Reference): Promise<void> {
  const lines = profiles.map(({ file: _, embedding, ...profile }) => {
    const bytes = embedding && Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    return JSON.stringify({ ...profile, ...(bytes && { embedding: bytes.toString("base64") }) });
  });
  const head = JSON.stringify({ format: FORMAT, version: 1, weights, source }).slice(0, -1);
  await writeFileAtomic(file, `${head},"profiles":[\n${lines.join(",\n")}\n]}\n`);
}

/** @throws AnchorkitError if the file is no reference, is damaged, or is of other weights */
export async function readReference(file: string, weights: string): Promise<Reference> {
  const read = await readJsonWithin(file, LARGEST, Reference);
  if (read.weights !== weights) {
    throw new AnchorkitError(
      `${file}: is a reference of other weights; make one of these: --reference with the data set`,
    );
  }
  const profiles = read.profiles.map(({ embedding, trained, ...profile }): Profile => ({
    ...profile,
    ...(trained === true && { trained }),
    ...(embedding !== undefined && { embedding: floatsOf(Buffer.from(embedding, "base64")) }),
  }));
  return { weights, source: read.source, profiles };
}

/** Whether a file is one that `writeReference` wrote, by its beginning. */
export async function isReference(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.toString("latin1", 0, bytesRead).startsWith(`{"format":"${FORMAT}"`);
  } catch {
    return false; // a folder
  } finally {
    await file.close();
  }
}

function floatsOf(bytes: Buffer): Float32Array {
  const own = Uint8Array.from(bytes); // aligned
  return new Float32Array(own.buffer, 0, Math.floor(own.byteLength / 4));
}
