import { expect, test } from "vitest";
import { FORMAT_IDS, FORMAT_NAMES, type FormatId } from "../../../src/data/formats/format.ts";
import { FORMATS } from "../../../src/data/formats/registry.ts";
import { checkRoundTrip, type Limits } from "./checkRoundTrip.ts";

/** What each format can do; extras are tested as far as its `holds` says. A format without a line does not compile. */
const LIMITS: Record<FormatId, Limits | "has a test of its own"> = {
  voc: { precision: 1.5 }, // whole pixels; and 1 is read as 0, as LabelImg writes
  coco: { precision: 1e-9 },
  yolo: { precision: 1e-6 }, // 8 decimals of the width
  createml: { precision: 1e-9 },
  labelme: { precision: 1e-9 },
  via: { precision: 1e-9 },
  cvat: { precision: 1e-9 },
  labelstudio: { precision: 1e-9 },
  csv: { precision: 1e-9, losesBackgrounds: true },
  retinanet: { precision: 1 }, // whole pixels
  openimages: { precision: 2e-6, losesBackgrounds: true }, // 8 decimals of the width
  tfrecord: { precision: 1e-5, rasterizes: true }, // float32 of the width
  imagelabels: "has a test of its own", // has no boxes
  folders: "has a test of its own", // has no boxes
  clips: "has a test of its own", // are no images
  masks: "has a test of its own", // no two objects share a pixel
  texts: "has a test of its own", // has no boxes
  textnames: "has a test of its own", // has no boxes
};

test("the registry holds every format once, under its id and name", () => {
  expect(Object.keys(FORMATS)).toEqual(FORMAT_IDS);
  expect(Object.fromEntries(Object.values(FORMATS).map(({ id, title }) => [id, title]))).toEqual(FORMAT_NAMES);
});

test.each(FORMAT_IDS.filter((id) => typeof LIMITS[id] === "object"))(
  "%s: written and read again, every box is within the format's precision and every extra it holds is there",
  (format) => checkRoundTrip(format, LIMITS[format] as Limits),
);
