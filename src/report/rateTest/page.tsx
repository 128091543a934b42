import type { VNode } from "preact";
import { Document, Figures } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { shorten } from "../page/text.ts";

interface RatePageProps {
  /** What was to be trained. */
  title: string;
  /** What was found, in sentences; the first is the heading. */
  words: readonly string[];
  figures: readonly Figure[];
  /** CSS as it stands in the page. */
  style: string;
}

/** The whole document; it needs no script. */
export function RatePage({ title, words: [heading, ...words], figures, style }: RatePageProps): VNode {
  return (
    <Document
      title={`${shorten(title)} · learning rate`}
      style={style}
      contentSecurityPolicy="default-src 'none'; style-src 'unsafe-inline'"
    >
      <main>
        <header>
          <p class="eyebrow">
            <strong>{shorten(title, 120)}</strong>
          </p>
          <h1>{heading}</h1>
          {words.map((sentence) => (
            <p class="verdict">{sentence}</p>
          ))}
        </header>
        <Figures figures={figures} />
      </main>
    </Document>
  );
}
