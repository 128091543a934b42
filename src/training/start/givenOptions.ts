import type { Framing, Size } from "../../base/preprocessing.ts";
import type { PrepareContext } from "../trainOptions.ts";

// What a training that begins with a model takes of it, and what of the options that were given beside.

/** What the model says, with the options of the same names that were given in its place. */
export function withGiven<T extends object>(
  { given }: Pick<PrepareContext, "given">,
  said: T,
  options: { readonly [K in keyof T]?: T[K] | undefined },
): T {
  const names = (Object.keys(said) as (keyof T & string)[]).filter((name) => given?.has(name));
  return { ...said, ...Object.fromEntries(names.map((name) => [name, options[name] ?? said[name]])) };
}

/** Whether any of the options was given. */
export function anyGiven({ given }: Pick<PrepareContext, "given">, ...names: string[]): boolean {
  return names.some((name) => given?.has(name));
}

/** The framing of a training: that of the model that it goes on from, unless one of its options was given. */
export function chosenFraming<Chosen extends { size?: number | undefined; resize: Framing["resize"] }>(
  context: Pick<PrepareContext, "given">,
  said: Framing | undefined,
  { size, resize }: Chosen,
  canvasFor: (size: Chosen["size"] | number) => Size,
): Framing {
  if (!said) return { canvas: canvasFor(size), resize };
  if (!anyGiven(context, "size", "resize")) return said;
  const kept = { size: Math.max(said.canvas.width, said.canvas.height), resize: said.resize };
  const chosen = withGiven(context, kept, { size, resize });
  return { canvas: canvasFor(chosen.size), resize: chosen.resize };
}
