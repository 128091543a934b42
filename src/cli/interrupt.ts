/**
 * A signal that is aborted by the first Ctrl-C (or SIGTERM), so that the command can end in good order; the second one
 * ends the process at once. `announce` is called at the first.
 */
export function abortOnInterrupt(announce: () => void): AbortSignal {
  const controller = new AbortController();
  const interrupted = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    announce();
    controller.abort();
  };
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", interrupted);
  return controller.signal;
}

/** The exit code of a command that was ended by Ctrl-C: 128 + SIGINT. */
export const INTERRUPTED = 130;
