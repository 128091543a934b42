import { AnchorkitError, messageOf } from "../../base/errors.ts";

/** There was not enough memory for a step of a training. */
export class OutOfMemory extends AnchorkitError {}

/** Whether an error, of the engine or of Node, says that memory was not enough. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof OutOfMemory || WORDS.test(messageOf(error));
}

/** TensorFlow's own words, C++'s, JavaScript's and the system's. */
const WORDS =
  /resource.?exhausted|OOM when allocating|std::bad_alloc|failed to allocate memory|allocator .*ran out of memory|array buffer allocation failed|cannot allocate memory|ENOMEM/i;

/**
 * Runs what steps need memory for.
 *
 * @param at where the training is, "step 12"
 * @throws OutOfMemory in place of the engine's own error, with the size of the batches and one that may fit
 */
export async function explainingMemory<T>(batch: number, at: () => string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isOutOfMemory(error) || error instanceof OutOfMemory) throw error;
    throw new OutOfMemory(`${at()}: memory ran out with ${advice(batch)}`, { cause: error });
  }
}

/** What grows with the batch is most of what a step takes: half of the batch needs little more than half. */
function advice(batch: number): string {
  if (batch === 1) return "one image in a step; lower --size, or close other programs";
  const half = Math.floor(batch / 2);
  return `batches of ${batch}; try --batch ${half}, which needs about half, or --batch auto, which measures what fits; a lower --size needs less, too`;
}
