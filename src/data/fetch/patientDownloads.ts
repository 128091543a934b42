import { setTimeout } from "node:timers/promises";
import { download, DownloadError, type DownloadOptions } from "./download.ts";

export interface PatientOptions extends Partial<DownloadOptions> {
  /** How often an address is tried again when the server is busy or the connection breaks; 3 unless told. */
  retries?: number;
  /** Milliseconds before the first further try, doubled for each after it; 1000 unless told. */
  backoff?: number;
}

/** The longest that a server can make us wait before another try, in milliseconds; its addresses fail if it wants more. */
const MAX_WAIT = 120_000;

/** Downloads that are tried again, and servers that are left alone for as long as they ask. */
export class PatientDownloads {
  readonly #options: PatientOptions;
  /** When a server that asked for a pause can be asked again. */
  readonly #pausedUntil = new Map<string, number>();

  constructor(options: PatientOptions) {
    this.#options = options;
  }

  /** @throws as {@link download}, after the last try. */
  async get(url: string): Promise<Uint8Array> {
    const { retries = 3, backoff = 1000, signal = new AbortController().signal } = this.#options;
    const { timeout = 60_000, stallTimeout = 15_000, maxBytes = 50_000_000, userAgent = "anchorkit" } = this.#options;
    const host = URL.canParse(url) ? new URL(url).host : "";
    for (let attempt = 0; ; attempt++) {
      const pause = (this.#pausedUntil.get(host) ?? 0) - Date.now();
      if (pause > MAX_WAIT) throw new DownloadError(`the server wants to be left alone for ${inWords(pause)}`);
      if (pause > 0) await setTimeout(pause, undefined, { signal });
      try {
        return await download(url, { timeout, stallTimeout, maxBytes, userAgent, signal });
      } catch (error) {
        if (!(error instanceof DownloadError) || !error.transient || attempt === retries) throw error;
        const wait = error.retryAfter ?? backoff * 2 ** attempt;
        // A server that names a time means all its addresses.
        if (error.retryAfter !== undefined) this.#pausedUntil.set(host, Date.now() + wait);
        if (wait > MAX_WAIT)
          throw new DownloadError(`${error.message}, and wants to be left alone for ${inWords(wait)}`);
        if (error.retryAfter === undefined) await setTimeout(wait, undefined, { signal });
      }
    }
  }
}

/** A wait in milliseconds, as "45 min" or "24 h". */
function inWords(wait: number): string {
  const minutes = Math.ceil(wait / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
