/**
 * The document that a text begins: all of it, where the text is whole; else what is complete in it, with the brackets
 * closed that are open; of several documents (JSON Lines) the first. Undefined where the text begins no JSON.
 */
export function jsonHead(text: string): unknown {
  const start = text.search(/[^\s\ufeff]/);
  if (start < 0 || !/[[{]/.test(text[start] ?? "")) return undefined;
  try {
    return JSON.parse(closed(text, start));
  } catch {
    return undefined;
  }
}

/** The text up to the end of its first value, or up to the last value in that which is complete. */
function closed(text: string, start: number): string {
  const closing: string[] = [];
  let complete = "";
  const keep = (end: number): void => {
    complete = text.slice(start, end) + closing.toReversed().join("");
  };
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === "\\") i++;
    } else if (character === ",") keep(i);
    else if (character === "{" || character === "[") {
      closing.push(character === "{" ? "}" : "]");
      keep(i + 1);
    } else if (character === "}" || character === "]") {
      closing.pop();
      keep(i + 1);
      if (closing.length === 0) return complete;
    }
  }
  return complete;
}
