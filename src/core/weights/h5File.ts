import type { Worker } from "node:worker_threads";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { startThread } from "../../base/thread.ts";

/** A data set of an HDF5 file. */
export interface H5Listed {
  /** The groups that it lies in, and its own name. */
  parts: string[];
  shape: number[];
  /** Bytes of a value; undefined: they are no floating-point numbers. */
  bytes: number | undefined;
  /** Kept in pieces, which may be compressed. */
  chunked: boolean;
  /** The layer that its group names (Keras 3's `vars`). */
  layer: string | undefined;
}

/** What the thread is sent, in this order; each is answered. */
export type H5Question = "start" | { bytes: Uint8Array } | { path: string };
export type H5Answer =
  { started: true } | { datasets: H5Listed[] } | { values: Float32Array<ArrayBuffer> } | { problem: string };

export interface H5File {
  datasets: H5Listed[];
  /** @throws AnchorkitError if the data set is damaged, or holds anything but float32 or float64 */
  read(dataset: H5Listed): Promise<Float32Array<ArrayBuffer>>;
  /** Ends the thread, and gives its memory back. */
  close(): Promise<void>;
}

/** Seconds after which the library counts as stuck: some, and more by the size of what it reads. */
const PATIENCE = { start: 60, answer: 6, megabytesPerSecond: 20 };

/**
 * Opens an HDF5 file with h5wasm, the HDF5 library compiled to WebAssembly. It runs in a thread of its own for each
 * file: damaged files can lead it round in a circle, or leave it in a state that spoils the next.
 *
 * @param path what messages name
 * @throws AnchorkitError if the file is damaged
 */
export async function openH5(bytes: Uint8Array, path: string): Promise<H5File> {
  const worker = startThread("h5Thread", import.meta.url);
  const close = async (): Promise<void> => {
    await worker.terminate();
  };
  const fail = (problem: string): never => {
    throw new AnchorkitError(`${path}: damaged, or cut off: ${problem}; take it from a copy`);
  };
  const ask = async (question: H5Question, size: number): Promise<H5Answer> => {
    const seconds = PATIENCE.answer + size / (PATIENCE.megabytesPerSecond * 1e6);
    const answer = await askThread(worker, question, seconds).catch((error: unknown) => fail(messageOf(error)));
    return "problem" in answer ? fail(answer.problem) : answer;
  };
  try {
    await askThread(worker, "start", PATIENCE.start);
    const listed = await ask({ bytes }, bytes.length);
    if (!("datasets" in listed)) throw new Error("openH5: no list");
    checkSizes(path, listed.datasets, bytes.length);
    return {
      datasets: listed.datasets,
      async read({ parts, shape }) {
        const count = shape.reduce((product, side) => product * side, 1);
        const answer = await ask({ path: parts.join("/") }, 4 * count);
        if (!("values" in answer)) throw new Error("openH5: no values");
        if (answer.values.length !== count) fail(`${parts.join("/")} has ${answer.values.length} of ${count} values`);
        return answer.values;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether bytes begin with HDF5's signature, at 0 or, behind a user's block, at 512, 1024, 2048, … */
export function isHdf5(bytes: Uint8Array): boolean {
  const signature = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");
  for (let at = 0; at + 8 <= bytes.length; at = at === 0 ? 512 : 2 * at) {
    if (signature.equals(bytes.subarray(at, at + 8))) return true;
  }
  return false;
}

/** Before any of them is read: what lies as it is is within the file, and compressed pieces are a few times its size. */
function checkSizes(path: string, datasets: readonly H5Listed[], fileSize: number): void {
  for (const { parts, shape, bytes = 1, chunked } of datasets) {
    const size = shape.reduce((product, side) => product * side, bytes);
    if (size <= (chunked ? 8 : 1) * fileSize) continue;
    const says = `${parts.join("/")} of shape [${shape.join(", ")}] has ${size} bytes, the file ${fileSize}`;
    throw new AnchorkitError(`${path}: damaged, or cut off: ${says}; take it from a copy`);
  }
}

/** The thread's next answer. */
function askThread(worker: Worker, question: H5Question, seconds: number): Promise<H5Answer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
    };
    const timer = setTimeout(() => {
      settle();
      reject(new Error(`the HDF5 library came to no end in ${Math.round(seconds)} s`));
    }, 1000 * seconds);
    worker.once("message", (answer: H5Answer) => {
      settle();
      resolve(answer);
    });
    worker.once("error", (error) => {
      settle();
      reject(error);
    });
    worker.once("exit", () => {
      settle();
      reject(new Error("the HDF5 library stopped"));
    });
    worker.postMessage(question);
  });
}
