/** A request that is not answered as it was meant: the status of the response, and a line that says why. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly status: RefusalStatus;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: RefusalStatus, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** What refusals mean is that of HTTP (RFC 9110); 499 is for requests whose connection is gone, and is never sent. */
export type RefusalStatus = 400 | 401 | 404 | 405 | 413 | 415 | 499 | 500 | 503 | 504;

/** The server cannot take more now. */
export function busy(message: string, seconds = 1): Refusal {
  return new Refusal(503, message, { "Retry-After": String(Math.max(1, Math.ceil(seconds))) });
}

/** What the work comes to; or, once the signal is aborted, a Refusal, whatever becomes of the work. */
export function orGivenUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => { reject(givenUp(signal)); }; // prettier-ignore
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    work.then(resolve, reject).finally(() => { signal.removeEventListener("abort", abort); }); // prettier-ignore
  });
}

/** Why a request is given up: what a signal was aborted with. */
export function givenUp(signal: AbortSignal): Refusal {
  return signal.reason instanceof Refusal ? signal.reason : new Refusal(499, "the connection was closed");
}
