import type { FormatId } from "../../src/data/formats/format.ts";
import type { TruthOptions } from "./truth.ts";

export type Direction = "writes" | "reads";

/** One comparison: a tool and a format. */
export interface Peer extends Partial<TruthOptions> {
  /** The script peer_<tool>.py. */
  tool: keyof typeof TOOLS;
  /** As the script calls it. */
  name: string;
  /** As anchorkit calls it. */
  format: FormatId;
  /** Both, unless the tool only reads or only writes. */
  only?: Direction;
  /** How far a corner may move, in pixels: 0.001 unless said. */
  within?: number;
  /** The least IoU of two outlines: 0.999 unless said. */
  leastIou?: number;
  /** The differences that are the format's or the tool's doing: what it has no place for, and what it does otherwise. */
  expected?: string[];
}

const TORCH = ["torch==2.15.0", "torchvision==0.29.2", "ultralytics==8.4.190"];
const LABELS = [
  ...["datumaro==1.13.12", "label-studio-sdk==2.1.2", "supervision==0.31.2", "globox==2.9.0", "pylabel==0.1.55"],
  ...["tfrecord==1.14.6", "tensorflow-cpu==2.21.0", "pycocotools==2.0.11", "labelme2coco==0.2.6", "labelme==6.3.1"],
  ...["labelImg==1.8.6", "lxml==6.1.3"],
];
/** keras-retinanet asks for a Keras that is long gone; its reader of CSV does without. */
const RETINANET = ["--no-deps", "keras-retinanet==1.0.0", "numpy==2.4.6", "pillow==13.0.0", "six==1.17.0"];

/** The virtual environment of each tool: its name, and what it holds. */
export const TOOLS = {
  datumaro: ["labels", LABELS],
  supervision: ["labels", LABELS],
  globox: ["labels", LABELS],
  pylabel: ["labels", LABELS],
  labelimg: ["labels", LABELS],
  labelme: ["labels", LABELS],
  labelstudio: ["labels", LABELS],
  pycocotools: ["labels", LABELS],
  tensorflow: ["labels", LABELS],
  tfrecord: ["labels", LABELS],
  pandas: ["labels", LABELS],
  ultralytics: ["torch", TORCH],
  torchvision: ["torch", TORCH],
  retinanet: ["retinanet", RETINANET],
} as const satisfies Record<string, readonly [string, readonly string[]]>;

const MARKS = ["difficult", "truncated", "occluded"];
const BACKGROUNDS = "backgrounds lost";
/** Crowds become difficult objects in formats that know none. */
const AS_DIFFICULT = ["crowd", "difficult"];
const outlines = { kind: "outlines" } as const;
/** Whole pixels; what begins at 1 is read as 0, as LabelImg means it, and 0 is written as 1. */
const voc = { format: "voc", kind: "whole", within: 1 } as const;

export const PEERS: Peer[] = [
  // datumaro writes two decimals. Its own attributes, such as difficult, it looks for among a COCO file's `attributes`.
  { tool: "datumaro", name: "coco_instances", format: "coco", only: "writes", within: 0.006 },
  {
    ...{ tool: "datumaro", name: "coco_instances", format: "coco", only: "reads", within: 0.006 },
    expected: [...MARKS, "splits"],
  },
  { tool: "datumaro", name: "coco_instances", format: "coco", ...outlines, only: "writes", expected: ["crowd"] }, // all masks are crowds to it
  { tool: "datumaro", name: "coco_instances", format: "coco", ...outlines, only: "reads", expected: ["splits"] },
  { tool: "datumaro", name: "voc_detection", ...voc, only: "writes" },
  { tool: "datumaro", name: "voc_detection", ...voc, only: "reads", expected: ["images lost"] }, // "#…" is a comment to it
  { tool: "datumaro", name: "yolo", format: "yolo", within: 0.006, expected: MARKS },
  { tool: "datumaro", name: "yolo_ultralytics", format: "yolo", within: 0.006, expected: MARKS, only: "writes" },
  { tool: "datumaro", name: "cvat", format: "cvat", within: 0.006 },
  { tool: "datumaro", name: "cvat", format: "cvat", ...outlines, expected: AS_DIFFICULT },
  {
    ...{ tool: "datumaro", name: "open_images", format: "openimages", within: 0.006 },
    expected: ["difficult", BACKGROUNDS],
  },
  { tool: "supervision", name: "coco", format: "coco", expected: [...MARKS, "splits"] },
  // supervision's outlines are masks that OpenCV draws, border included, and the polygons around them.
  { tool: "supervision", name: "coco", format: "coco", ...outlines, leastIou: 0.3, expected: ["crowd", "splits"] },
  { tool: "supervision", name: "voc", ...voc, expected: [...MARKS, "splits"] },
  { tool: "supervision", name: "yolo", format: "yolo", within: 0.003, expected: MARKS },
  {
    ...{ tool: "supervision", name: "yolo", format: "yolo", ...outlines, within: 1.1, leastIou: 0.3 },
    expected: ["crowd", "crowds lost", "boxes lost", "boxes added"], // a line for each part
  },
  { tool: "supervision", name: "labelme", format: "labelme", expected: MARKS },
  {
    ...{ tool: "supervision", name: "labelme", format: "labelme", ...outlines, within: 1.1, leastIou: 0.3 },
    expected: ["crowd", "crowds lost", "boxes lost", "boxes added"], // shapes of the type mask are left out
  },
  { tool: "supervision", name: "createml", format: "createml", expected: MARKS },
  { tool: "globox", name: "coco", format: "coco", expected: [...MARKS, "splits"] },
  { tool: "globox", name: "voc", ...voc, expected: [...MARKS, "splits"] },
  { tool: "globox", name: "yolo", format: "yolo", names: "plain", expected: MARKS },
  { tool: "globox", name: "labelme", format: "labelme", expected: MARKS },
  { tool: "globox", name: "cvat", format: "cvat", expected: [...MARKS, "splits"] },
  { tool: "globox", name: "via", format: "via", expected: MARKS },
  {
    ...{ tool: "globox", name: "openimages", format: "openimages", names: "plain", only: "writes" },
    expected: [...MARKS, BACKGROUNDS],
  },
  // pylabel gives backgrounds the box of the image before them.
  { tool: "pylabel", name: "coco", format: "coco", expected: [...MARKS, "splits", "boxes added"] },
  { tool: "pylabel", name: "voc", ...voc, names: "plain", expected: [...MARKS, "splits", BACKGROUNDS] },
  { tool: "pylabel", name: "yolo", format: "yolo", names: "plain", within: 0.02, expected: [...MARKS, "splits"] },
  // LabelImg calls what touches the border truncated, and what it reads from CreateML difficult.
  { tool: "labelimg", name: "voc", ...voc, expected: ["truncated", "occluded", "splits"] },
  { tool: "labelimg", name: "yolo", format: "yolo", kind: "whole", within: 1.1, expected: MARKS },
  { tool: "labelimg", name: "createml", format: "createml", expected: MARKS },
  { tool: "labelme", name: "labelme", format: "labelme" },
  { tool: "labelme", name: "labelme", format: "labelme", ...outlines, expected: AS_DIFFICULT },
  { tool: "labelme", name: "labelme2coco", format: "labelme", only: "reads", expected: MARKS },
  { tool: "pycocotools", name: "coco", format: "coco", only: "reads" },
  { tool: "pycocotools", name: "coco", format: "coco", ...outlines, only: "reads" },
  { tool: "labelstudio", name: "coco", format: "labelstudio", only: "reads", expected: MARKS },
  // Its COCO knows no brushes, and a part of an object is an object.
  {
    ...{ tool: "labelstudio", name: "coco", format: "labelstudio", ...outlines, only: "reads", leastIou: 0.95 },
    expected: ["crowds lost", "boxes lost"],
  },
  {
    ...{ tool: "labelstudio", name: "brush", format: "labelstudio", ...outlines, only: "reads" },
    expected: ["crowds lost", "boxes lost"],
  },
  { tool: "labelstudio", name: "tasks", format: "labelstudio", only: "writes", expected: MARKS },
  {
    ...{ tool: "labelstudio", name: "tasks", format: "labelstudio", ...outlines, only: "writes", leastIou: 0.95 },
    expected: ["crowd", "crowds lost", "boxes lost", "boxes added"],
  },
  { tool: "labelstudio", name: "json-min", format: "labelstudio", names: "plain", only: "writes", expected: MARKS },
  ...(["coco", "voc", "yolo"] as const).map((format): Peer => {
    const expected = [...MARKS, "splits"];
    const within = format === "voc" ? 2 : 0.001; // cut to whole pixels: 1.9999 becomes 1, which is read as 0
    return { tool: "labelstudio", name: `to ${format.toUpperCase()}`, format, kind: "whole", names: "plain", only: "writes", within, expected }; // prettier-ignore
  }),
  { tool: "tensorflow", name: "records", format: "tfrecord" },
  { tool: "tensorflow", name: "records", format: "tfrecord", ...outlines },
  { tool: "tfrecord", name: "records", format: "tfrecord", only: "reads", expected: MARKS },
  { tool: "pandas", name: "csv", format: "csv", expected: [...MARKS, BACKGROUNDS] },
  { tool: "pandas", name: "csv", format: "csv", kind: "whole", within: 1, expected: [...MARKS, BACKGROUNDS] },
  { tool: "retinanet", name: "csv", format: "retinanet", kind: "whole", only: "reads", expected: MARKS },
  { tool: "ultralytics", name: "detect", format: "yolo", only: "reads", expected: MARKS },
  {
    ...{ tool: "ultralytics", name: "segment", format: "yolo", ...outlines, only: "reads", leastIou: 0.95 },
    expected: ["crowds lost"], // parts are joined by bridges
  },
  { tool: "torchvision", name: "voc", ...voc, names: "plain", only: "reads", expected: ["images lost"] }, // asks for train and val
];
