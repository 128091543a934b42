import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { AnchorkitError, messageOf } from "./errors.ts";
import { systemErrorCode, systemErrorAt } from "./systemErrors.ts";

/** What is asked of a server, and how long it is waited for. */
export interface RequestOptions {
  /** Sent to the server of the address, and to no other that it leads to. */
  headers?: Readonly<Record<string, string>>;
  /** Seconds without a byte after which it counts as stuck; 60 unless told. */
  patience?: number;
}

/** What a file that is downloaded must be. */
export interface DownloadOptions extends RequestOptions {
  /** In hexadecimal digits. */
  sha256: string;
  /** Who says what it must be, in messages: "the index". */
  by: string;
  /** Its size; more is never taken. Undefined: whatever comes. */
  bytes?: number | undefined;
  /** Told as it comes; `total` is 0 where the server does not say. */
  onProgress?: (received: number, total: number) => void;
}

const PATIENCE = 60;
const MOST_REDIRECTS = 10;

/**
 * Downloads a file to a path, over HTTPS alone, and checks it. Nothing is left there when it fails.
 *
 * @throws AnchorkitError that names the address: nobody answers, the answer is another file or a web page, it is cut
 * short, stuck or too long, or leads to an address that is not https
 */
export async function download(url: URL, path: string, options: DownloadOptions): Promise<void> {
  const { bytes, by, sha256, onProgress } = options;
  const watch = new Watch(options.patience);
  const fail = (what: string): never => {
    throw new AnchorkitError(`${url.href}: ${what}`);
  };
  let received = 0;
  try {
    const response = await request(url, options.headers ?? {}, watch);
    if (response.headers.get("content-type")?.startsWith("text/html")) {
      fail("a web page comes, and not the file: a proxy's, or one to log in at?");
    }
    const total = Number(response.headers.get("content-length") ?? 0);
    const encoded = response.headers.has("content-encoding"); // then the length is that of what is sent
    if (bytes !== undefined && total > 0 && total !== bytes && !encoded) {
      fail(`has ${total} bytes, and not the ${bytes} that ${by} says: another file`);
    }
    const hash = createHash("sha256");
    const checked = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        watch.touch();
        hash.update(chunk);
        received += chunk.byteLength;
        if (bytes !== undefined && received > bytes) {
          fail(`has more than the ${bytes} bytes that ${by} says: another file`);
        }
        onProgress?.(received, total);
        yield chunk;
      }
    };
    await pipeline(bodyOf(response), checked, createWriteStream(path), { signal: watch.signal });
    if (total > 0 && received < total && !encoded) fail(`broken off after ${received} of ${total} bytes; try again`);
    const found = hash.digest("hex");
    if (found !== sha256) fail(`sha256 is ${found}, but ${by} says ${sha256}; nothing of it is kept`);
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof AnchorkitError) throw error;
    if (watch.expired) return fail(`nothing came for ${watch.seconds} s, after ${received} bytes; try again`);
    if (systemErrorCode(error) !== undefined && "path" in (error as object)) throw systemErrorAt(error, path);
    return fail(received > 0 ? `broken off after ${received} bytes (${reasonOf(error)}); try again` : reasonOf(error));
  } finally {
    watch.end();
  }
}

/**
 * What a server answers, over HTTPS alone.
 *
 * @throws AnchorkitError that names the address
 */
export async function fetchText(url: URL, options: RequestOptions = {}): Promise<{ text: string; response: Response }> {
  const watch = new Watch(options.patience);
  try {
    const response = await request(url, options.headers ?? {}, watch);
    return { text: await response.text(), response };
  } catch (error) {
    if (error instanceof AnchorkitError) throw error;
    const stuck = `nothing came for ${watch.seconds} s; try again`;
    throw new AnchorkitError(`${url.href}: ${watch.expired ? stuck : reasonOf(error)}`);
  } finally {
    watch.end();
  }
}

/** An address without the user and password in it, and the header that says both. */
export function splitCredentials(address: URL): { url: URL; headers: Record<string, string> } {
  const url = new URL(address);
  const { username, password } = url;
  url.username = url.password = "";
  if (username === "") return { url, headers: {} };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } };
}

/** @throws AnchorkitError unless it is https, or plain http within this machine */
export function requireSecure(url: URL): void {
  const local = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && local)) return;
  throw new AnchorkitError(`${url.href}: must be https, so that nobody on the way can change what comes`);
}

/** The answer of the server that an address leads to, each step of the way checked. */
async function request(url: URL, headers: Readonly<Record<string, string>>, watch: Watch): Promise<Response> {
  let place = url;
  for (let step = 0; step <= MOST_REDIRECTS; step++) {
    requireSecure(place);
    const own = place.origin === url.origin ? headers : {};
    const response = await fetch(place, { headers: own, redirect: "manual", signal: watch.signal });
    watch.touch();
    const next = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && next !== null && URL.canParse(next, place)) {
      await response.body?.cancel();
      place = new URL(next, place);
      continue;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new AnchorkitError(`${url.href}: ${response.status} ${response.statusText}`.trimEnd());
    }
    return response;
  }
  throw new AnchorkitError(`${url.href}: leads on and on to other addresses`);
}

function bodyOf({ body }: Response): Readable {
  // the DOM's type of fetch and Node's type of streams differ in name only
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
}

/** fetch says only that it failed; why is behind it. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

/** Ends what has been stuck for too long. */
class Watch {
  expired = false;
  readonly seconds: number;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(seconds = PATIENCE) {
    this.seconds = seconds;
    this.timer = setTimeout(() => {
      this.expired = true;
      this.controller.abort();
    }, 1000 * seconds);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Something came. */
  touch(): void {
    this.timer.refresh();
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
