import type { Random } from "../../base/random.ts";
import type { Range, Space, Value } from "./space.ts";

/** One value of each option. */
export type Sample = Readonly<Record<string, Value>>;

/** So many draws in a row that were all there before: the space holds no more. */
const PATIENCE = 2000;

/**
 * Draws samples at random, each option on its own, none twice (Bergstra and Bengio, "Random search for hyper-parameter
 * optimization", JMLR 2012). The first ones do not depend on how many are drawn.
 *
 * @param most so many, or fewer where the space holds fewer
 */
export function drawSamples(space: Space, random: Random, most: number): Sample[] {
  const drawn = new Map<string, Sample>();
  for (let missed = 0; drawn.size < most && missed < PATIENCE; missed++) {
    const entries = Object.entries(space).map(([name, setting]) => [name, draw(setting, random)] as const);
    const key = JSON.stringify(entries);
    if (drawn.has(key)) continue;
    drawn.set(key, Object.fromEntries(entries));
    missed = 0;
  }
  return [...drawn.values()];
}

function draw(setting: Space[string], random: Random): Value {
  if (Array.isArray(setting)) return setting[random.int(setting.length)] as Value;
  return typeof setting === "object" ? drawNumber(setting, random) : setting;
}

/** To three digits (of the range's width, where it is linear), so that a person can read and type it. */
function drawNumber({ from, to, scale, step }: Range, random: Random): number {
  if (step !== undefined) {
    const steps = Math.floor((to - from) / step + 1e-9);
    return Number((from + step * random.int(steps + 1)).toPrecision(12));
  }
  if (scale === "log") {
    const value = Math.exp(random.uniform(Math.log(from), Math.log(to)));
    return clamp(Number(value.toPrecision(3)), from, to);
  }
  const grain = 10 ** (Math.floor(Math.log10(to - from)) - 2);
  const value = Math.round(random.uniform(from, to) / grain) * grain;
  return clamp(Number(value.toPrecision(12)), from, to);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
