import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { isPrivateHost } from "./privateAddress.ts";

export interface DownloadOptions {
  /** Milliseconds for the whole of it, redirects included. */
  timeout: number;
  /** Milliseconds in which something must arrive. */
  stallTimeout: number;
  /** Bytes; what is larger is broken off. */
  maxBytes: number;
  userAgent: string;
  /** Ends it at once. */
  signal: AbortSignal;
}

/** Why an address could not be fetched. */
export class DownloadError extends AnchorkitError {
  override name = "DownloadError";
  /** Whether another try may go better: the server is busy, or the connection broke. */
  readonly transient: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(message: string, { transient = false, retryAfter }: { transient?: boolean; retryAfter?: number } = {}) {
    super(message);
    this.transient = transient;
    this.retryAfter = retryAfter;
  }
}

const MAX_REDIRECTS = 5;

/**
 * What is at an http or https address, once. Addresses of one's own network are fetched like any other, but a redirect
 * from outside does not lead there.
 *
 * @throws DownloadError for another kind of address, more than 5 redirects, a status other than 200, more bytes than
 * allowed, nothing arriving for too long, and a connection that fails or breaks off; the signal's reason when it ends
 */
export async function download(address: string, options: DownloadOptions): Promise<Uint8Array> {
  const clock = new Clock(options);
  try {
    let url = checked(address);
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, {
        redirect: "manual",
        signal: clock.signal,
        headers: { "user-agent": options.userAgent, accept: "image/*,*/*;q=0.5" },
      });
      clock.somethingArrived();
      if (!REDIRECTS.has(response.status)) return await bodyOf(response, options.maxBytes, clock);
      await response.body?.cancel();
      if (redirects === MAX_REDIRECTS) throw new DownloadError(`more than ${MAX_REDIRECTS} redirects`);
      url = checked(response.headers.get("location") ?? "", url);
    }
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (clock.signal.aborted) throw clock.signal.reason;
    if (error instanceof AnchorkitError) throw error;
    throw new DownloadError(connectionProblem(error), { transient: true });
  } finally {
    clock.stop();
  }
}

/** Aborts when the whole takes too long, or when nothing arrives for too long. */
class Clock {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #stallTimeout: number;
  readonly #whole: NodeJS.Timeout;
  #stall: NodeJS.Timeout;

  constructor({ timeout, stallTimeout, signal }: DownloadOptions) {
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
    this.#stallTimeout = stallTimeout;
    this.#whole = this.#after(timeout, `not done after ${timeout / 1000} s`);
    this.#stall = this.#after(stallTimeout, `nothing arrived for ${stallTimeout / 1000} s`);
  }

  somethingArrived(): void {
    clearTimeout(this.#stall);
    this.#stall = this.#after(this.#stallTimeout, `nothing arrived for ${this.#stallTimeout / 1000} s`);
  }

  stop(): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#stall);
  }

  #after(milliseconds: number, problem: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#controller.abort(new DownloadError(problem, { transient: true }));
    }, milliseconds);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function checked(address: string, from?: URL): URL {
  if (address === "") throw new DownloadError(from ? "a redirect to nowhere" : "the address is empty");
  if (!URL.canParse(address, from?.href)) {
    throw new DownloadError(from ? `a redirect to "${address}", which is no address` : notAnAddress(address));
  }
  const url = new URL(address, from);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new DownloadError(`${from ? "a redirect to " : ""}${url.protocol} is not fetched, only http: and https: are`);
  }
  if (from && isPrivateHost(url.hostname) && !isPrivateHost(from.hostname)) {
    throw new DownloadError(`a redirect from outside to ${url.hostname}, which is within your own network`);
  }
  if (url.username || url.password) throw new DownloadError("addresses with a user name or password are not fetched");
  return url;
}

function notAnAddress(text: string): string {
  const almost = URL.canParse(`https://${text}`) && /^[\w.-]+\.\w+(:\d+)?\//.test(text);
  return almost ? "is no address: write https:// or http:// before it" : "is no address";
}

async function bodyOf(response: Response, maxBytes: number, clock: Clock): Promise<Uint8Array> {
  const { status, statusText, headers, body } = response;
  const tooLarge = new DownloadError(`has more than ${maxBytes} bytes`);
  try {
    if (status !== 200) {
      const transient = status === 408 || status === 429 || status >= 500;
      const retryAfter = waitOf(headers.get("retry-after"));
      const said = `the server answers ${status} ${statusText}`.trim();
      throw new DownloadError(said, { transient, ...(retryAfter !== undefined && { retryAfter }) });
    }
    if (Number(headers.get("content-length")) > maxBytes) throw tooLarge;
  } catch (error) {
    await body?.cancel();
    throw error;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error closes the connection. Compressed answers count unpacked.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    clock.somethingArrived();
    size += chunk.length;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Milliseconds to wait, from a Retry-After header: seconds, or a date. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

function connectionProblem(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no such server";
  if (code === "ECONNREFUSED") return "the server does not answer";
  const said = messageOf(cause ?? error).split("\n")[0] ?? "";
  return `the connection broke off${said === "" ? "" : `: ${said}`}`;
}
