import type { ComponentChildren, VNode } from "preact";
import { Figures, Warnings } from "./document.tsx";
import type { Figure } from "./figure.ts";
import { shorten } from "./text.ts";

/** What a measurement comes to, in words. */
export interface Verdict {
  /** How good it is. */
  headline: string;
  /** How far to trust that, what is hard or confused, how it compares: a sentence or two each. */
  details: string[];
}

export interface OpeningProps {
  /** What was measured, and on what. */
  title: string;
  /** How much of what there was. */
  extent: ComponentChildren;
  verdict: Verdict;
  /** About the data. */
  warnings: readonly string[];
  /** The main numbers. */
  children: ComponentChildren;
}

/** How the page of a measurement begins. */
export function Opening({ title, extent, verdict, warnings, children }: OpeningProps): VNode {
  return (
    <header>
      <p class="eyebrow">
        <strong>{shorten(title, 120)}</strong>
        <span>{extent}</span>
      </p>
      <h1>{verdict.headline}</h1>
      {verdict.details.map((sentence) => (
        <p class="verdict">{sentence}</p>
      ))}
      {children}
      <Warnings warnings={warnings} />
    </header>
  );
}

/** The section of plots. */
export function Plots({
  title = "Where it is strong, where it fails",
  figures,
}: {
  title?: string;
  figures: readonly Figure[];
}): VNode {
  // prettier-ignore
  return (
    <section aria-labelledby="plots-title">
      <h2 id="plots-title">{title}</h2>
      <Figures figures={figures} />
    </section>
  );
}
