/** Longer messages quote a file at length; their middle is left out. */
const LONGEST = 2000;

/**
 * A failure that anchorkit can explain: bad input, a missing file, an engine that is not there.
 * The message is one line that says where, what, and what to do; commands print it and exit with 1. Whatever it quotes,
 * it stays one line: line breaks and other control characters are written as escapes, and it is cut in the middle.
 */
export class AnchorkitError extends Error {
  override name = "AnchorkitError";

  constructor(message: string, options?: ErrorOptions) {
    super(shortened(oneLine(message)), options);
  }
}

/** The command was used wrongly (unknown option value, options that exclude each other); commands exit with 2. */
export class UsageError extends AnchorkitError {
  override name = "UsageError";
  /** Options that the message names as the library does; commands write them as their flags. */
  readonly options: readonly string[];

  constructor(message: string, options: readonly string[] = []) {
    super(message);
    this.options = options;
  }
}

/** Something that anchorkit has not written would be overwritten; who insists can say so (`overwrite`). */
export class WouldOverwrite extends AnchorkitError {
  override name = "WouldOverwrite";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0);
    return { 9: "\\t", 10: "\\n", 13: "\\r" }[code] ?? `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}`;
}
