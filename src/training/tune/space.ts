import { z } from "zod";
import { checked } from "../../base/checked.ts";
import { UsageError } from "../../base/errors.ts";

/** A value of an option, as a file has it. */
const Value = z.union([z.string(), z.number(), z.boolean()]);
export type Value = z.infer<typeof Value>;

const LARGEST = { options: 100, values: 1000 };

const List = z
  .array(Value)
  .min(1)
  .max(LARGEST.values)
  .superRefine((values, context) => {
    const twice = values.find((value, i) => values.indexOf(value) < i);
    if (twice !== undefined)
      context.addIssue({ code: "custom", message: `has ${JSON.stringify(twice)} twice; leave one out` });
  });

const Range = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    /** Whether numbers are spread evenly, or their logarithms. */
    scale: z.enum(["linear", "log"]).default("linear"),
    /** Only from, from + step, from + 2 step … up to `to`. */
    step: z.number().positive().optional(),
  })
  .superRefine(({ from, to, scale, step }, context) => {
    const problem =
      from >= to
        ? `from (${from}) must be below to (${to})`
        : scale === "log" && from <= 0
          ? `from (${from}) must be above 0 where scale is log`
          : step !== undefined && scale === "log"
            ? "step goes with scale: linear; give a list of values instead"
            : step !== undefined && step > to - from
              ? `step (${step}) must not be larger than to - from (${to - from})`
              : undefined;
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });
export type Range = z.infer<typeof Range>;

/** What a search chooses from: of each option a fixed value, a list of values, or a range of numbers. */
export const Space = z.record(z.string(), z.union([Value, List, Range]));
export type Space = z.infer<typeof Space>;

/**
 * A space from what a file holds: names of options, each with a value, a list or a range. Knows no options: whoever
 * does checks names and values.
 *
 * @param name the file's, for messages
 * @throws UsageError that names the option and what is wrong with it, and for a space with nothing to choose
 */
export function spaceOf(content: Readonly<Record<string, unknown>>, name: string): Space {
  const entries = Object.entries(content);
  if (entries.length > LARGEST.options) {
    throw new UsageError(`${name}: has ${entries.length} options; ${LARGEST.options} are the most`);
  }
  const space = Object.fromEntries(
    entries.map(([option, value]) => [option, asUsage(() => checked(value, schemaOf(value), `${name}: ${option}`))]),
  );
  if (Object.values(space).every((setting) => optionsIn(setting) === 1)) {
    throw new UsageError(
      `${name}: leaves nothing to choose; give an option a list of values ([adamw, sgd]) or a range ({ from: 1e-4, to: 1e-2, scale: log })`,
    );
  }
  return space;
}

/** The options that are not the same in all samples. */
export function searchedOptions(space: Space): string[] {
  return Object.keys(space).filter((name) => optionsIn(space[name] ?? 0) > 1);
}

/** Values that stand for all that an option may get: each one of a list, both ends of a range and what lies between. */
export function typicalValues(setting: Space[string]): Value[] {
  if (Array.isArray(setting)) return setting;
  if (typeof setting !== "object") return [setting];
  const { from, to, step } = setting;
  return step === undefined ? [from, to, from + (to - from) * 0.381966] : [from, from + step, to];
}

function optionsIn(setting: Space[string]): number {
  if (Array.isArray(setting)) return setting.length;
  return typeof setting === "object" ? Infinity : 1;
}

function schemaOf(value: unknown): z.ZodType<Space[string]> {
  if (Array.isArray(value)) return List;
  return typeof value === "object" && value !== null ? Range : Value;
}

/** A file of the user's that is wrong is wrong usage. */
function asUsage<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}
