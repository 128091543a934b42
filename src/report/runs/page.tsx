import type { VNode } from "preact";
import { countOf } from "../../base/words.ts";
import { DataTable } from "../page/dataTable.tsx";
import { Document, Figures } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { compact, rate, shorten } from "../page/text.ts";
import type { NamedRun, RunsReportInput } from "./input.ts";

export interface RunsPageProps extends RunsReportInput {
  figures: readonly Figure[];
  /** CSS as it stands in the page. */
  style: string;
}

/** The whole document; it needs no script. */
export function RunsPage({ title, runs, differing, figures, style }: RunsPageProps): VNode {
  return (
    <Document
      title={`${shorten(title)} · runs`}
      style={style}
      contentSecurityPolicy="default-src 'none'; style-src 'unsafe-inline'"
    >
      <main>
        <header>
          <p class="eyebrow">
            <strong>{shorten(title, 80)}</strong>
            <span>{countOf(runs.length, "training")}</span>
          </p>
          <h1>{headline(runs)}</h1>
        </header>
        {figures.length > 0 && (
          <section aria-labelledby="curves-title">
            <h2 id="curves-title">Curves</h2>
            <Figures figures={figures} />
          </section>
        )}
        <section aria-labelledby="runs-title">
          <h2 id="runs-title">Results</h2>
          <DataTable
            label="Results"
            head={["Run", "Model", "Best score", "At step", "Steps", "Minutes", "State"]}
            rows={runs.map(({ name, model, best, steps, seconds, finished }) => [
              ...[shorten(name, 40), model || "–", rate(best?.score ?? NaN), best ? compact(best.step) : "–"],
              ...[compact(steps), rate(seconds / 60, 1), finished ? "finished" : "stopped"],
            ])}
          />
        </section>
        <Differences runs={runs} differing={differing} />
      </main>
    </Document>
  );
}

function Differences({ runs, differing }: Pick<RunsReportInput, "runs" | "differing">): VNode | null {
  if (runs.length < 2) return null;
  return (
    <section aria-labelledby="options-title">
      <h2 id="options-title">Options that differ</h2>
      {differing.size === 0 ? (
        <p class="note">None: what differs comes of chance.</p>
      ) : (
        <DataTable
          label="Options that differ"
          head={["Option", ...runs.map(({ name }) => shorten(name, 24))]}
          rows={[...differing].map(([name, values]) => [
            name,
            ...values.map((value) => (value === undefined ? "–" : shorten(String(value), 40))),
          ])}
        />
      )}
    </section>
  );
}

function headline(runs: readonly NamedRun[]): string {
  const measured = runs.filter(({ best }) => best !== null);
  const [first] = measured.toSorted((a, b) => (b.best?.score ?? 0) - (a.best?.score ?? 0));
  if (!first?.best) return "No run has been measured yet";
  const score = rate(first.best.score);
  return measured.length === 1
    ? `${shorten(first.name, 40)} reaches ${score}`
    : `${shorten(first.name, 40)} is the best of ${countOf(measured.length, "run")}, with ${score}`;
}
