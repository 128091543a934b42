/** How many runs go on. */
let running = 0;
let warn = console.warn;

/**
 * Runs a graph by tfjs's executor, whose every run of `executeAsync` ends with the advice to use `execute` instead where it
 * sees no reason for the former: it does not count non-maximum suppression as one, and then fails in `execute`. All other
 * warnings are passed on.
 */
export async function withoutAdvice<T>(run: () => Promise<T>): Promise<T> {
  if (running++ === 0) {
    warn = console.warn;
    console.warn = passedOn;
  }
  try {
    return await run();
  } finally {
    if (--running === 0 && console.warn === passedOn) console.warn = warn;
  }
}

function passedOn(...words: unknown[]): void {
  if (!String(words[0]).includes("You can use model.execute() instead")) warn.apply(console, words);
}
