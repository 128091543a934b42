const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

/** What hands and programs write that is no JSON, and can mean one thing alone. */
export type Slip = "commas too many" | "NaN in place of null";

/** The text without commas before closing brackets, and with null for NaN, outside of strings; and which of them it had. */
export function mendJson(text: string): { text: string; slips: Slip[] } {
  const slips = new Set<Slip>();
  let mended = "";
  let done = 0;
  const replace = (at: number, length: number, by: string, slip: Slip): void => {
    mended += text.slice(done, at) + by;
    done = at + length;
    slips.add(slip);
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COMMA && isClosing(text, i + 1)) replace(i, 1, "", "commas too many");
    else if (isNaNAt(text, i)) replace(i, 3, "null", "NaN in place of null");
  }
  return { text: mended + text.slice(done), slips: [...slips] };
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

function isClosing(text: string, from: number): boolean {
  let i = from;
  while (" \n\r\t".includes(text[i] ?? "x")) i++;
  return text[i] === "]" || text[i] === "}";
}

function isNaNAt(text: string, at: number): boolean {
  return text.startsWith("NaN", at) && !/[\w-]/.test(text[at - 1] ?? " ") && !/\w/.test(text[at + 3] ?? " ");
}
