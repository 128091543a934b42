/**
 * A failure that anchorkit can explain: bad input, a missing file, an engine that is not there.
 * The message is one line that says where, what, and what to do; commands print it and exit with 1.
 */
export class AnchorkitError extends Error {
  override name = "AnchorkitError";
}

/** The command was used wrongly (unknown option value, options that exclude each other); commands exit with 2. */
export class UsageError extends AnchorkitError {
  override name = "UsageError";
}

/** Something that anchorkit has not written would be overwritten; who insists can say so (`overwrite`). */
export class WouldOverwrite extends AnchorkitError {
  override name = "WouldOverwrite";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
