/** Words as a tree of their labels (a trie): words with the same beginning share the way to its end. */
export interface WordTree {
  /** A word ends here. */
  ends: boolean;
  longer: Map<number, WordTree>;
}

/** The tree of words, each given as its labels; the word without labels is one like others. */
export function wordTree(words: Iterable<readonly number[]>): WordTree {
  const root: WordTree = { ends: false, longer: new Map() };
  for (const word of words) {
    let at = root;
    for (const label of word) {
      const next = at.longer.get(label) ?? { ends: false, longer: new Map<number, WordTree>() };
      at.longer.set(label, next);
      at = next;
    }
    at.ends = true;
  }
  return root;
}
