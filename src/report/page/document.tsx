import type { ComponentChildren, VNode } from "preact";
import { PAGE_GENERATOR } from "../../base/output/requireReplaceable.ts";
import type { Figure } from "./figure.ts";
import { countOf } from "../../base/words.ts";
import { shorten } from "./text.ts";

export interface DocumentProps {
  title: string;
  /** CSS as it stands in the page. */
  style: string;
  /** What the page may load and run: nothing but its own. */
  contentSecurityPolicy: string;
  children: ComponentChildren;
}

/** A whole HTML document. */
export function Document({ title, style, contentSecurityPolicy, children }: DocumentProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="generator" content={PAGE_GENERATOR} />
        <meta http-equiv="Content-Security-Policy" content={contentSecurityPolicy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>{children}</body>
    </html>
  );
}

/** Plots with their words, side by side as far as there is room. */
export function Figures({ figures }: { figures: readonly Figure[] }): VNode {
  return (
    <div class="figures">
      {figures.map((figure) => (
        <PlotFigure {...figure} />
      ))}
    </div>
  );
}

/** Warnings about the data, folded where they are many; nothing where there are none. */
export function Warnings({ warnings }: { warnings: readonly string[] }): VNode | null {
  if (warnings.length === 0) return null;
  return (
    <details class="warnings card" open={warnings.length <= 3}>
      <summary>{countOf(warnings.length, "warning")} about the data</summary>
      <ul>
        {warnings.slice(0, MOST_WARNINGS).map((warning) => (
          <li>{shorten(warning, 300)}</li>
        ))}
        {warnings.length > MOST_WARNINGS && <li>and {warnings.length - MOST_WARNINGS} more</li>}
      </ul>
    </details>
  );
}

const MOST_WARNINGS = 30;

function PlotFigure({ title, note, legend, label, width, svgs }: Figure): VNode {
  const kind = width !== undefined ? " large" : svgs.length > 1 ? " wide" : "";
  return (
    <figure class={`card plot${kind}`} {...(width !== undefined && { style: `--drawn:${width}px` })}>
      <figcaption>
        <h3>{title}</h3>
        <p>{note}</p>
      </figcaption>
      <div class="drawing" role="img" aria-label={label} dangerouslySetInnerHTML={{ __html: svgs.join("") }} />
      {legend.length > 0 && (
        <ul class="legend">
          {legend.map(({ name, color }) => (
            <li>
              <span class="swatch" style={`background:var(--${color})`} />
              {name}
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}
