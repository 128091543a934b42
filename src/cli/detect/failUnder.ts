import { InvalidArgumentError } from "commander";
import { UsageError } from "../../base/errors.ts";
import { nearest } from "../../geometry/nearest.ts";

/** A number that a measurement must reach. */
export interface Bar {
  metric: string;
  /** The class it is asked of; without one, the number over all classes. */
  className?: string;
  least: number;
}

/** Numbers over all classes, and of each. */
export interface Measured {
  overall: Readonly<Record<string, number>>;
  perClass: readonly { name: string; metrics: Readonly<Record<string, number>> }[];
}

/** A parser for `--fail-under AP50=.8` and `AP50:cat=.7`, several separated by commas or given one after another. */
export function barsIn(metrics: readonly string[]): (text: string, before?: Bar[]) => Bar[] {
  return (text, before = []) => [...before, ...text.split(",").map((part) => barIn(part, metrics))];
}

function barIn(text: string, metrics: readonly string[]): Bar {
  const [, metric = "", className, number = ""] = /^\s*([^:=]+)(?::(.+))?=\s*([^=\s]+)\s*$/.exec(text) ?? [];
  const least = Number(number);
  if (metric === "" || !Number.isFinite(least)) {
    throw new InvalidArgumentError(`"${text}" is not like AP50=0.8 or AP50:cat=0.8.`);
  }
  const known = metrics.find((name) => name.toLowerCase() === metric.toLowerCase());
  if (known === undefined) {
    const meant = nearest(metric, metrics);
    throw new InvalidArgumentError(
      `No number is called "${metric}"${meant === undefined ? `; there are ${metrics.join(", ")}` : ` (Did you mean ${meant}?)`}.`,
    );
  }
  return { metric: known, least, ...(className !== undefined && { className }) };
}

/**
 * Makes sure, before anything is measured, that every bar is about a number that will be.
 *
 * @throws UsageError that names the numbers there are
 */
export function requireMeasured(bars: readonly Bar[], metrics: readonly string[]): void {
  const other = bars.find(({ metric }) => !metrics.includes(metric));
  if (!other) return;
  throw new UsageError(`--fail-under ${other.metric}: is not measured here; there are ${metrics.join(", ")}`);
}

/** For each bar that is not reached, what fell short by how much: "AP50 is 0.7312, under 0.8 by 0.0688". */
export function fallsShort(bars: readonly Bar[], { overall, perClass }: Measured): string[] {
  return bars.flatMap(({ metric, className, least }) => {
    const row = className === undefined ? overall : perClass.find(({ name }) => name === className)?.metrics;
    const what = className === undefined ? metric : `${metric} of ${className}`;
    if (row === undefined) return [`${what}: there is no class "${className}"`];
    const value = row[metric];
    if (value === undefined) return [`${what} is not measured here; there are ${Object.keys(row).join(", ")}`];
    if (value >= least) return [];
    if (Number.isNaN(value)) return [`${what} could not be measured: there are no objects; ${least} was asked for`];
    return [`${what} is ${value.toFixed(4)}, under ${least} by ${(least - value).toFixed(4)}`];
  });
}
