import { AnchorkitError } from "../../base/errors.ts";
import { SAMPLE_NAMES, type TaskKind } from "../task.ts";
import { isOutOfMemory } from "./outOfMemory.ts";

export interface BatchLimits {
  /** The batch of a model unless told; no more than four times as many are chosen. */
  usual: number;
  /** Training samples: a batch larger than all of them teaches nothing more; and of what kind they are. */
  samples: number;
  kind: TaskKind;
  /** Bytes that the process may come to. */
  room: number;
  /** Bytes of that which are needed later on, for images that are kept; looked at when all is measured. */
  reserved: number;
}

export interface BatchChoice {
  batch: number;
  /** What was chosen and why, a line. */
  says: string;
}

/** So much of the room may be used: other programs, checkpoints and validations need some, and a measurement may err. */
const SHARE = 0.7;
const MOST = 4;
/** What makes a sample smaller. */
const LOWER: Partial<Record<TaskKind, string>> = { clips: "--size or --frames", forecasting: "--window or --units" };

/**
 * The largest batch, a power of two, that fits into the memory there is. A step takes a fixed part and one for each
 * sample; two measurements give both.
 *
 * @param measure the most bytes that a process with such a batch holds; it may run out of memory
 * @throws AnchorkitError where not even one sample fits
 */
export async function chooseBatch(
  measure: (batch: number) => Promise<number>,
  limits: BatchLimits,
): Promise<BatchChoice> {
  const { usual, samples, room, kind } = limits;
  const noun = SAMPLE_NAMES[kind];
  const few = `as there are few training ${noun}s`;
  const measured = new Map<number, number>();
  let small = powerOfTwo(Math.max(1, Math.min(usual, samples) / 2));
  while (!(await fits(small))) {
    if (small === 1)
      throw new AnchorkitError(
        `--batch auto: memory ran out with one ${noun} in a step; lower ${LOWER[kind] ?? "--size"}`,
      );
    small /= 2;
  }
  const large = 2 * small;
  const least = measured.get(small) ?? NaN;
  const says = (batch: number, because: string): BatchChoice => {
    const took = [...measured].map(([size, bytes]) => `${size} took ${gigabytes(bytes)}`).join(", ");
    return { batch, says: `--batch auto: batches of ${batch}, ${because} (${took}; ${gigabytes(room)} may be used)` };
  };
  if (large > samples) return says(small, few);
  if (!(await fits(large))) return says(small, `as memory ran out with ${large}`);

  const each = Math.max(0, ((measured.get(large) ?? NaN) - least) / small);
  const allowed = SHARE * room - limits.reserved - (least - each * small);
  const most = Math.max(1, powerOfTwo(allowed / each));
  const wanted = powerOfTwo(Math.min(MOST * usual, samples));
  if (most < wanted) return says(most, `as many as take less than ${100 * SHARE} % of the memory`);
  return says(wanted, wanted > samples / 2 ? few : `${wanted / usual} times the usual`);

  async function fits(batch: number): Promise<boolean> {
    try {
      measured.set(batch, await measure(batch));
      return true;
    } catch (error) {
      if (isOutOfMemory(error)) return false;
      throw error;
    }
  }
}

/** The largest power of two that is not above; 0 below 1. */
function powerOfTwo(number: number): number {
  return number < 1 ? 0 : 2 ** Math.floor(Math.log2(Math.min(number, 2 ** 30)));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
