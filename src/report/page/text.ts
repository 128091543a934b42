import { count } from "../../base/words.ts";

/** 0.9234 -> "0.923"; "–" for what could not be measured. */
export function rate(value: number, digits = 3): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}

/** 0.873 -> "87%"; near the ends with a digit more, so that 99.6% is not 100. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const rounded = Math.round(share * 100);
  return (rounded === 100 && share < 1) || (rounded === 0 && share > 0)
    ? `${(share * 100).toFixed(1)}%`
    : `${rounded}%`;
}

/** A difference of AP as points of a hundred: 0.061 -> "6.1". */
export function points(value: number): string {
  return Number.isFinite(value) ? (value * 100).toFixed(Math.abs(value) < 0.00995 ? 2 : 1) : "–";
}

/** 9999 -> "9,999", 334182 -> "334K" */
export function compact(value: number): string {
  return value < 10_000 ? count(value) : value.toLocaleString("en-US", { notation: "compact" });
}

/** A text of the user's, cut in the middle to at most `length` characters. */
export function shorten(text: string, length = 60): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const half = Math.floor((length - 1) / 2);
  return `${characters.slice(0, length - 1 - half).join("")}…${characters.slice(-half).join("")}`;
}

/** JSON that can stand in a script element: nothing in it ends the element or begins a comment. */
export function embeddableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");
}

/** "clip" -> "Clips" */
export function pluralTitle(noun: string): string {
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}s`;
}
