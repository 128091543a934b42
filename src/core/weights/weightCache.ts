import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheFolder } from "../../base/cacheFolder.ts";
import { download, splitCredentials } from "../../base/download.ts";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { placeFile, removeUnfinished } from "../../base/files.ts";
import { withLock } from "../../base/lock.ts";
import { systemErrorAt } from "../../base/systemErrors.ts";
import { nearest } from "../../geometry/nearest.ts";
import { PUBLISHED_FILES, type PublishedFile } from "./publishedFiles.ts";

/** Where weights come from, and what is said meanwhile. */
export interface LocateOptions {
  /** Told what is being downloaded, a line at a time. */
  onMessage?: (line: string) => void;
  /** What there is by name. */
  files?: readonly PublishedFile[];
  /** Seconds without a byte after which a server counts as stuck. */
  patience?: number;
}

/** Seconds between two lines about a download. */
const LINE_EVERY = 5;

/** A base address from which all files are taken, by their own names, in place of their publishers'. */
const MIRROR = "ANCHORKIT_WEIGHTS_MIRROR";

/** The folder that weights are downloaded to, among the user's caches. */
export function weightsFolder(): string {
  return join(cacheFolder(), "weights");
}

/** Where a file is kept once it is downloaded, under its publisher's name for it. */
export function cachedPath({ url }: PublishedFile): string {
  return join(weightsFolder(), nameOf(url));
}

/** Whether a file is there, as far as its size tells; `locateWeights` looks at all of it. */
export function isCached(file: PublishedFile): boolean {
  return sizeOf(cachedPath(file)) === file.bytes;
}

/**
 * Makes sure, without a look at any network, that something is the name of weights, or a path at which something is.
 *
 * @throws AnchorkitError that says which name was probably meant
 */
export function checkPretrained(given: string, files = PUBLISHED_FILES): void {
  if (files.some(({ name }) => name === given) || existsSync(given)) return;
  throw new AnchorkitError(
    `${given}: there is no such file or folder, nor weights of that name${hintFor(given, files)}`,
  );
}

/**
 * What is published under a name.
 *
 * @throws AnchorkitError that says which name was probably meant
 */
export function publishedFile(name: string, files = PUBLISHED_FILES): PublishedFile {
  const found = files.find((file) => file.name === name);
  if (!found) throw new AnchorkitError(`there are no weights "${name}"${hintFor(name, files)}`);
  return found;
}

function hintFor(given: string, files: readonly PublishedFile[]): string {
  const names = files.map(({ name }) => name);
  const meant = nearest(given.toLowerCase(), names);
  return `${meant === undefined ? "" : ` (did you mean "${meant}"?)`}; there are ${names.join(", ")}`;
}

/**
 * The path of weights: those of a name, once they are downloaded, or what is a path already. Whatever comes by name is
 * checked against its SHA-256 each time, also what somebody put into the cache.
 *
 * @throws AnchorkitError as `checkPretrained`; and if they cannot be downloaded, with what to do without a network
 */
export async function locateWeights(given: string, options: LocateOptions = {}): Promise<string> {
  const { files = PUBLISHED_FILES, onMessage = () => undefined } = options;
  checkPretrained(given, files);
  const file = files.find(({ name }) => name === given);
  if (!file) return given;
  const path = cachedPath(file);
  if (await isSound(path, file)) return path;
  await makeFolder(weightsFolder());
  const waiting = (): void => {
    onMessage(`waiting for another download to ${weightsFolder()}`);
  };
  return withLock(join(weightsFolder(), ".lock"), waiting, async () => {
    await removeUnfinished(weightsFolder());
    if (await isSound(path, file)) return path; // while this one waited
    if (existsSync(path)) onMessage(`${path}: not the file that ${file.publisher} published; downloading it again`);
    await fetchFile(file, path, { ...options, onMessage });
    return path;
  });
}

async function fetchFile(
  file: PublishedFile,
  path: string,
  { onMessage, patience }: LocateOptions & { onMessage: (line: string) => void },
): Promise<void> {
  const { url, headers } = splitCredentials(addressOf(file));
  const size = megabytes(file.bytes);
  onMessage(`downloading the weights ${file.name} (${size} MB, ${file.licence}) from ${url.href}`);
  let reported = performance.now();
  try {
    await placeFile(path, (beside) =>
      download(url, beside, {
        ...{ sha256: file.sha256, bytes: file.bytes, by: "anchorkit's list", headers },
        ...(patience !== undefined && { patience }),
        onProgress(received) {
          if (performance.now() - reported < 1000 * LINE_EVERY) return;
          reported = performance.now();
          onMessage(`${file.name}: ${megabytes(received)} of ${size} MB`);
        },
      }),
    );
  } catch (error) {
    const what = url.href === file.url ? "that file" : file.url;
    throw new AnchorkitError(
      `weights ${file.name}: ${messageOf(error)}; if there is no way to get there, put ${what}, from where there is one, ` +
        `at ${path}, or give its path in place of the name`,
    );
  }
}

/** @throws AnchorkitError if the mirror that is set is no address */
function addressOf({ url }: PublishedFile): URL {
  const mirror = process.env[MIRROR];
  if (mirror === undefined || mirror === "") return new URL(url);
  const base = mirror.endsWith("/") ? mirror : `${mirror}/`;
  if (!URL.canParse(base)) throw new AnchorkitError(`${MIRROR} "${mirror}": not an address`);
  return new URL(nameOf(url), base);
}

function nameOf(url: string): string {
  return basename(new URL(url).pathname);
}

async function isSound(path: string, { bytes, sha256 }: PublishedFile): Promise<boolean> {
  if (sizeOf(path) !== bytes) return false;
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex") === sha256;
}

/** Undefined: no file can be seen there. */
function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw systemErrorAt(error, folder);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
