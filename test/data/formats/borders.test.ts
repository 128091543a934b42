import { join } from "node:path";
import { rm } from "node:fs/promises";
import { afterAll, expect, test, vi } from "vitest";
import type { Dataset, LabelledObject } from "../../../src/data/dataset.ts";
import { exportLabels } from "../../../src/data/exportLabels.ts";
import { FORMAT_IDS, type FormatId } from "../../../src/data/formats/format.ts";
import { readDataset } from "../../../src/data/readDataset.ts";
import { photoFolder } from "../helpers.ts";

const { folder, photos } = await photoFolder(["a.jpg"]);
afterAll(() => rm(folder, { recursive: true }));
vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
const [photo = { file: "", width: 0, height: 0 }] = photos;
const [width, height] = [photo.width, photo.height];

/** One box a file: no other corner tells a reader how the numbers are meant. */
const BOXES: LabelledObject["box"][] = [
  [0, 0, width, height],
  [1, 1, width - 1, height - 1],
  [1, 0, 2, height],
  [0, 1, width, 2],
  [1, 1, 2, 2],
  [1, 2, width, height],
  [2, 1, width, height],
  [width - 1, height - 1, width, height],
];

/** Of whole pixels at the borders all are exact, but for VOC's 1, which is LabelImg's 0 (and warned of). */
const PRECISION: Partial<Record<FormatId, number>> = { voc: 1, yolo: 1e-5, openimages: 1e-5, tfrecord: 1e-4 };

const WITHOUT_BOXES: readonly FormatId[] = ["imagelabels", "folders", "masks", "clips", "texts", "textnames"];
const formats = FORMAT_IDS.filter((id) => !WITHOUT_BOXES.includes(id));
test.each(formats)("%s: corners at 0, 1, the last pixel and the border come back", async (format) => {
  for (const [i, box] of BOXES.entries()) {
    const image = { ...{ id: 1, ...photo, objects: [{ box, class: 0 }] } };
    const dataset: Dataset = { classes: ["cat"], images: [image] };
    const out = join(folder, `${format}-${i}`);
    const { warnings } = await exportLabels(dataset, format, out);
    const again = (await readDataset(out)).dataset.images[0]?.objects[0]?.box ?? [];
    const moved = Math.max(...box.map((corner, side) => Math.abs(corner - (again[side] ?? NaN))));
    expect([box, again, moved <= (PRECISION[format] ?? 0)]).toEqual([box, again, true]);
    if (moved >= 1) expect(warnings.join()).toContain("boxes that begin at pixel 1");
  }
});
