import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { compareProfiles, type Drift, driftedIn } from "../../src/monitoring/compareProfiles.ts";
import { driftWords, measureWords } from "../../src/monitoring/driftWords.ts";
import type { MeasureName } from "../../src/monitoring/measures.ts";
import type { Profile } from "../../src/monitoring/profile.ts";
import { drawProfiles, type Scenery } from "./profiles.ts";

const classes = ["red", "white", "plate"];
const options = { kind: "detection", classes, alpha: 0.05, seed: 1 } as const;

/** How often there is an alarm, and in what, of draws of 60 images of reference and so many current ones. */
function alarms(
  draws: number,
  n: number,
  scenery: Scenery,
  seed: string,
): { any: number; of: Map<MeasureName, number> } {
  const of = new Map<MeasureName, number>();
  let any = 0;
  for (let draw = 0; draw < draws; draw++) {
    const random = new Random(`${seed} ${draw}`);
    const reference = drawProfiles(60, random);
    const found = driftedIn(compareProfiles(reference, drawProfiles(n, random, scenery), { ...options, seed: draw }));
    if (found.length > 0) any++;
    for (const name of found) of.set(name, (of.get(name) ?? 0) + 1);
  }
  return { any, of };
}

function of(drift: Drift, name: MeasureName) {
  const found = drift.measures.find(({ measure }) => measure.name === name);
  if (!found) throw new Error(name);
  return found;
}

describe("compareProfiles", () => {
  it("gives no more than the stated rate of alarms where nothing has changed", () => {
    const { any } = alarms(200, 40, {}, "same");
    expect(any).toBeLessThanOrEqual(17); // 10 are allowed on average; 18 or more have a probability of 1 %
  });

  it("finds a darker camera, and in what", () => {
    const { any, of: measures } = alarms(20, 50, { light: 0.9 }, "dark");
    expect(any).toBe(20);
    expect(measures.get("brightness")).toBe(20);
    expect(measures.get("embeddings") ?? 0).toBeLessThan(4);
  });

  it("finds a class whose share has doubled", () => {
    const { of: measures } = alarms(20, 100, { shares: [0.6, 0.35, 0.05] }, "doubled");
    expect(measures.get("classes")).toBeGreaterThan(15);
  });

  it("finds images that look different to the network alone", () => {
    const { of: measures } = alarms(20, 50, { shift: 0.8 }, "shift");
    expect(measures.get("embeddings")).toBe(20);
    expect(measures.get("brightness") ?? 0).toBeLessThan(4);
  });

  it("takes the detections of an image as one draw", () => {
    // scores are alike within an image: 40 detections each make differences between images look certain
    const crowded = (count: number, seed: number): Profile[] =>
      drawProfiles(count, new Random(seed)).map((one, i) => {
        const level = new Random(`${seed} ${i}`).uniform(0.3, 0.9);
        const scores = Array.from({ length: 40 }, (_, j) => level + j / 1e4);
        return { ...one, classes: scores.map(() => 0), scores, sizes: scores, amount: 40 };
      });
    const drifted = Array.from({ length: 30 }, (_, i) =>
      of(compareProfiles(crowded(25, 2 * i), crowded(25, 2 * i + 1), { ...options, seed: i }), "scores"),
    ).filter(({ p }) => p <= 0.05);
    expect(drifted.length).toBeLessThan(6);
  });

  it("deals images that belong together as one", () => {
    const random = new Random(4);
    const scene = (number: number, light: number): Profile[] =>
      drawProfiles(30, random, { light }).map((one) => ({ ...one, name: `scene${number}-${one.name}` }));
    const [before, now] = [
      [...scene(1, 0.9), ...scene(2, 1)],
      [...scene(3, 1.1), ...scene(4, 1.2)],
    ];
    const groupOf = ({ name }: Profile): string => name.slice(0, 6);
    expect(of(compareProfiles(before, now, options), "brightness").verdict).toBe("drift");
    const grouped = compareProfiles(before, now, { ...options, groupOf });
    expect(of(grouped, "brightness").verdict).toBe("too few"); // two scenes against two
    expect(driftWords(grouped)).toContain("too few to tell");
  });

  it("calls small what is significant and below its floor", () => {
    const [before, now] = [drawProfiles(3000, new Random(1)), drawProfiles(3000, new Random(2), { light: 0.988 })];
    const plain = (profiles: Profile[]) => profiles.map(({ embedding: _, ...one }) => ({ ...one, classes: [], scores: [], sizes: [], amount: 0 })); // prettier-ignore
    const found = of(compareProfiles(plain(before), plain(now), options), "brightness");
    expect(found.adjusted).toBeLessThan(0.05);
    expect(found.effect).toBeLessThan(0.1);
    expect(found.verdict).toBe("slight");
  });

  it("leaves out what is the same everywhere, and what there is none of", () => {
    const without = drawProfiles(30, new Random(1)).map(({ embedding: _, ...one }) => one);
    const drift = compareProfiles(without, without.slice(0, 20), options);
    expect(of(drift, "size").verdict).toBe("constant");
    expect(of(drift, "embeddings").verdict).toBe("missing");
    expect(of(drift, "aspect").adjusted).toBeNaN();
  });

  it("compares what the model says with images that it was not trained on, if there are enough", () => {
    const random = new Random(6);
    const trained = drawProfiles(60, random).map((one) => ({
      ...one,
      trained: true,
      scores: one.scores.map(() => 0.99),
    }));
    const drift = compareProfiles([...trained, ...drawProfiles(40, random)], drawProfiles(40, random), options);
    expect(drift.images).toEqual({ reference: 100, heldOut: 40, current: 40 });
    expect([drift.trainedReference, of(drift, "scores").verdict]).toEqual([false, "none"]);
    const few = compareProfiles([...trained, ...drawProfiles(5, random)], drawProfiles(40, random), options);
    expect([few.trainedReference, of(few, "scores").verdict]).toEqual([true, "drift"]);
  });

  it("names images that show it, and says it in words", () => {
    const random = new Random(8);
    const now = drawProfiles(40, random, { light: 0.8 });
    const drift = compareProfiles(drawProfiles(60, random), now, options);
    const brightness = of(drift, "brightness");
    const darkest = now
      .map(({ brightness: value }) => value)
      .sort((a, b) => a - b)
      .slice(0, 3);
    expect(brightness.examples.map((i) => now[i]?.brightness)).toEqual(darkest);
    expect(driftWords(drift)).toBe("Drift in brightness and contrast.");
    expect(measureWords(brightness, classes)).toMatch(
      /^the median was 1[12]\d\.\d and is 9\d\.\d \(D 0\.\d+, p <0\.0001\)$/,
    );
  });

  it("gives the same of the same seed", () => {
    const random = new Random(3);
    const [a, b] = [drawProfiles(40, random), drawProfiles(30, random)];
    const numbers = () => JSON.stringify(compareProfiles(a, b, options));
    expect(numbers()).toBe(numbers());
  });
});
