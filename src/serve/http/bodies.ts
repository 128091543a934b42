import type { IncomingMessage } from "node:http";
import { givenUp, Refusal } from "../refusal.ts";

/**
 * The body of a request, of so many bytes at most.
 *
 * @throws Refusal for a larger one, and if the request is given up
 */
export function readBody(incoming: IncomingMessage, most: number, signal: AbortSignal): Promise<Buffer> {
  const tooLarge = new Refusal(413, `the body is larger than ${most} bytes, the most that is taken`);
  if (Number(incoming.headers["content-length"] ?? 0) > most) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const leave = (): void => {
      signal.removeEventListener("abort", abort);
      incoming.off("data", take).off("end", end).off("error", abort).off("close", abort);
    };
    const end = (): void => {
      leave();
      resolve(Buffer.concat(parts, size));
    };
    const fail = (error: Error): void => {
      leave();
      incoming.on("error", () => undefined); // a connection that breaks later is nobody's business any more
      reject(error);
    };
    const abort = (): void => { fail(givenUp(signal)); }; // prettier-ignore
    const take = (part: Buffer): void => {
      size += part.length;
      if (size > most) fail(tooLarge);
      else parts.push(part);
    };
    if (signal.aborted) {
      reject(givenUp(signal));
      return;
    }
    signal.addEventListener("abort", abort);
    incoming.on("data", take).once("end", end).once("error", abort).once("close", abort);
  });
}

/**
 * Reads what is left of a request's body, and forgets it: a client that still sends does not listen yet, and the next request
 * of the connection comes behind it.
 *
 * @returns whether it has come to its end, after so many bytes and so long at most
 */
export function dropBody(incoming: IncomingMessage): Promise<boolean> {
  if (incoming.complete || incoming.destroyed) return Promise.resolve(incoming.complete);
  return new Promise((resolve) => {
    let left = MOST_BYTES;
    const end = (): void => {
      clearTimeout(timer);
      incoming.off("data", take).off("end", end).off("error", end).off("close", end);
      resolve(incoming.complete);
    };
    const take = (part: Buffer): void => {
      left -= part.length;
      if (left < 0) end();
    };
    const timer = setTimeout(end, MOST_MS);
    incoming.on("data", take).once("end", end).once("error", end).once("close", end);
    incoming.resume();
  });
}

const MOST_BYTES = 64 * 2 ** 20;
const MOST_MS = 2000;
