/** 12345 -> "12,345" */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** "1 image", "12,345 images", "2 classes", "0 near-copies": so many of what a noun names. */
export function countOf(value: number, noun: string): string {
  return `${count(value)} ${value === 1 ? noun : plural(noun)}`;
}

/** The regular plural of an English noun, or of the last word of several. */
function plural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|[^o]ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}
