import { basename } from "node:path";
import type { Dataset, ImageRecord, LabelledObject, Segmentation } from "../../src/data/dataset.ts";

/** An object as the Python scripts write and read it. */
export interface PeerObject {
  class: string;
  box: number[];
  polygons?: number[][];
  mask?: { size: [number, number]; counts: number[] };
  crowd?: boolean;
  difficult?: boolean;
  truncated?: boolean;
  occluded?: boolean;
}

/** An image as the Python scripts write and read it. */
export interface PeerImage {
  /** Path of the image file; with what a tool has read, at least its name. */
  file: string;
  width?: number;
  height?: number;
  split?: string | null;
  objects: PeerObject[];
}

/** A data set as the Python scripts write and read it. */
export interface PeerDataset {
  classes?: string[];
  images: PeerImage[];
}

export const MARKS = ["crowd", "difficult", "truncated", "occluded"] as const;

/** A data set for the Python scripts, and for the comparison. */
export function toPeer({ classes, images }: Dataset): PeerDataset {
  return { classes, images: images.map((image) => peerImage(image, classes)) };
}

function peerImage({ file, width, height, split, objects }: ImageRecord, classes: readonly string[]): PeerImage {
  return {
    ...{ file, width, height, ...(split && { split }) },
    objects: objects.map((object) => peerObject(object, classes)),
  };
}

function peerObject(object: LabelledObject, classes: readonly string[]): PeerObject {
  const marks = MARKS.filter((mark) => object[mark]).map((mark) => [mark, true] as const);
  return {
    ...{ class: classes[object.class] ?? "", box: object.box },
    ...outlineOf(object.segmentation),
    ...Object.fromEntries(marks),
  };
}

function outlineOf(segmentation: Segmentation | undefined): Pick<PeerObject, "polygons" | "mask"> {
  if (segmentation === undefined) return {};
  if (Array.isArray(segmentation)) return { polygons: segmentation };
  const { height, width, counts } = segmentation;
  return { mask: { size: [height, width], counts: [...counts] } };
}

/** What tells an image in all tools: its name without folders and extension. */
export function stemOf(file: string): string {
  return basename(file.replaceAll("\\", "/"))
    .normalize()
    .replace(/\.(?:jpe?g|png)$/i, "");
}
