import { mean } from "../../base/statistics.ts";
import { mapParallel } from "../../data/parallel.ts";
import type { MeasureDrift } from "../../monitoring/measureDrift.ts";
import type { Profile } from "../../monitoring/profile.ts";
import { pictureUrl, type PictureQuality } from "../page/pictureUrl.ts";
import type { DriftReportInput } from "./input.ts";

/** An image that is shown, and its picture as a data URL; undefined where it cannot be read. */
export interface Shot {
  name: string;
  caption: string;
  url: string | undefined;
}

/** Images that show one thing. */
export interface ShotGroup {
  title: string;
  lead: string;
  shots: Shot[];
}

/** From good to small: the first with which the page is small enough is taken. */
export const QUALITIES: readonly PictureQuality[] = [
  { quality: 78, side: 420 },
  { quality: 66, side: 300 },
  { quality: 55, side: 200 },
];

/** Images to label next that are shown, at most. */
const MOST_NEXT = 36;

type Draft = Omit<ShotGroup, "shots"> & { shots: { file: string | undefined; name: string; caption: string }[] };

/** Images that show each drift, beside a usual one, and those that are worth labelling; groups without one are left out. */
export async function drawShots(input: DriftReportInput, quality: PictureQuality): Promise<ShotGroup[]> {
  const drafts = [...input.drift.measures.filter(({ verdict }) => verdict === "drift").map((one) => examples(one, input)), next(input)]; // prettier-ignore
  const groups = await mapParallel(drafts, 2, async ({ shots, ...words }) => ({
    ...words,
    shots: await mapParallel(shots, 4, async ({ file, name, caption }) => {
      const url = file === undefined ? undefined : await pictureUrl(file, undefined, quality);
      return { name, caption, url };
    }),
  }));
  return groups.filter(({ shots }) => shots.length > 0);
}

function examples(one: MeasureDrift, { reference, current }: DriftReportInput): Draft {
  const { measure } = one;
  const usual = usualOf(one, reference);
  const caption = (profile: Profile): string => {
    const values = measure.values?.(profile) ?? [];
    if (values.length === 0) return "current";
    return `current: ${mean(values).toFixed(measure.digits)}`;
  };
  const shots = one.examples.flatMap((i) => current[i] ?? []).map((profile) => ({ file: profile.file, name: profile.name, caption: caption(profile) })); // prettier-ignore
  const lead = "The current images that show it best";
  return {
    title: measure.title,
    lead: usual ? `${lead}, after a usual one of the reference.` : `${lead}.`,
    shots: usual ? [{ file: usual.file, name: usual.name, caption: "reference" }, ...shots] : shots,
  };
}

/** The image of the reference that is nearest to its median. */
function usualOf({ measure, before }: MeasureDrift, reference: readonly Profile[]): Profile | undefined {
  const there = reference.filter(({ file }) => file !== undefined);
  if (!measure.values || Number.isNaN(before)) return there[0];
  const off = (profile: Profile): number => {
    const values = measure.values?.(profile) ?? [];
    return values.length === 0 ? Infinity : Math.abs(mean(values) - before);
  };
  return there.reduce<Profile | undefined>((best, one) => (!best || off(one) < off(best) ? one : best), undefined);
}

function next({ next: chosen = [] }: DriftReportInput): Draft {
  return {
    title: "Worth labelling next",
    lead: "Those that the model is least sure of, or that are least like what it knows, and that are unlike each other.",
    shots: chosen.slice(0, MOST_NEXT).map(({ file, why }) => ({ file, name: file, caption: why })),
  };
}
