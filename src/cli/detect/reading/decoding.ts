import { AnchorkitError, UsageError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import { readText, shownPath } from "../../../data/files.ts";
import { tidyText } from "../../../data/text/texts.ts";
import type { DecodeOptions } from "../../../sequence/reading/decode.ts";

/** `--beam` and `--words`. */
export interface DecodingFlags {
  beam?: number;
  words?: string;
}

/** More words are no list that someone made. */
const MOST_WORDS = 1_000_000;

/**
 * How a reader is to decode, as the flags say.
 *
 * @throws UsageError for both flags at once @throws AnchorkitError for a list without words, or with too many
 */
export async function decodingOf({ beam, words: file }: DecodingFlags): Promise<DecodeOptions> {
  if (file === undefined) return { beam };
  if (beam !== undefined) {
    throw new UsageError("--beam does nothing beside --words: the most probable word is found exactly; leave one out");
  }
  const words = (await readText(file)).split(/\r\n|\n|\r/).map(tidyText).filter((word) => word !== ""); // prettier-ignore
  if (words.length === 0) throw new AnchorkitError(`${shownPath(file)}: holds no words; give a word a line`);
  if (words.length > MOST_WORDS) {
    throw new AnchorkitError(`${shownPath(file)}: has ${countOf(words.length, "word")}; ${MOST_WORDS} are the most`);
  }
  return { words };
}
