import { messageOf } from "../base/errors.ts";
import { countOf } from "../base/words.ts";
import type { AnyModel } from "../browser/loadModel.ts";
import { type Answer, percent } from "./answers.ts";

/** What the page calls its tasks. */
export const TITLES: Readonly<Record<AnyModel["task"], string>> = {
  detection: "Find objects in an image",
  classification: "What does an image show?",
  segmentation: "Mark what each part of an image is",
  reading: "Read a line of text",
};

/** What the page says where it was opened as a file: browsers let such pages read none of their files. */
export const OPENED_AS_FILE =
  "This page was opened as a file, and browsers let no such page load its model. Serve the folder instead, for example with “npx serve” or “python3 -m http.server” in it, and open the address that is printed.";

/** What an error is for the one who reads the page. */
export function wordsFor(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError")
    return "The camera may not be used: allow it in the browser’s settings for this page.";
  if (name === "NotFoundError") return "No camera was found. You can choose an image instead.";
  if (name === "NotReadableError") return "The camera cannot be used now; perhaps another program has it.";
  const text = messageOf(error);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** An answer in a sentence, for those who do not see the picture, too. */
export function sentence(model: AnyModel, answer: Answer, counts: readonly { name: string; value: string }[]): string {
  if (answer.task === "reading")
    return answer.text === "" ? "No text is read." : `“${answer.text}”, ${percent(answer.confidence)} sure.`;
  if (answer.task === "classification") {
    const named = answer.said.named.map(
      (k) => `${model.classes[k] ?? ""} (${percent(answer.said.probabilities[k] ?? 0)})`,
    );
    return named.length === 0 ? "None of the classes is there." : `This shows ${named.join(", ")}.`;
  }
  if (answer.task === "segmentation") {
    return `${counts.map(({ name, value }) => `${name}: ${value}`).join(", ")} of the image.`;
  }
  const there = counts.filter(({ value }) => value !== "0");
  const total = there.reduce((sum, { value }) => sum + Number(value), 0);
  if (total === 0) return "Nothing is found. A lower score shows what the model is less sure of.";
  return `${countOf(total, "object")}: ${there.map(({ name, value }) => `${value} ${name}`).join(", ")}.`;
}
