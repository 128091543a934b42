import type { Callback } from "./callback.ts";

/**
 * Ends a training that is counted in epochs after so many minutes all the same, with a last validation. The minutes of a
 * training that goes on are counted from there.
 */
export function timeLimit({ minutes }: { minutes: number }): Callback {
  let begun = 0; // seconds of training before
  return {
    name: "time limit",
    onBegin({ elapsed }) {
      begun = elapsed;
    },
    onStep: ({ elapsed }) =>
      elapsed - begun < 60 * minutes ? undefined : { stop: `its time, ${minutes} min, is over` },
  };
}
