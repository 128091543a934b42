import type { FrameScores } from "./readImages.ts";

/** How frames become a text. */
export interface DecodeOptions {
  /** Prefixes that a beam search keeps; 1, the default, takes the best character of each frame (greedy). */
  beam?: number | undefined;
  /** The only texts there are. */
  words?: readonly string[] | undefined;
}

/** A text, and how probable it is, 0 to 1. */
export interface Reading {
  text: string;
  confidence: number;
}

/** What makes texts of scores. */
export function decoderOf(classes: readonly string[], _options: DecodeOptions): (scores: FrameScores) => Reading {
  const outputs = classes.length + 1;
  return ({ logProbabilities, frames }) => {
    let text = "";
    let total = 0;
    let before = -1;
    for (let t = 0; t < frames; t++) {
      let best = 0;
      const row = logProbabilities.subarray(t * outputs, (t + 1) * outputs);
      for (let c = 1; c < outputs; c++) if ((row[c] as number) > (row[best] as number)) best = c;
      total += row[best] as number;
      if (best !== before && best < classes.length) text += classes[best] as string;
      before = best;
    }
    return { text, confidence: Math.exp(total) };
  };
}
