import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import type { Place } from "../place.ts";
import type { ReadObserver, Warnings } from "../warnings.ts";

/**
 * The formats, as `--from` and `--to` take them, and what people call them. Each has its line in registry.ts; this file
 * loads nothing, so that `--help` stays quick.
 */
export const FORMAT_NAMES = {
  voc: "LabelImg / Pascal VOC XML",
  coco: "COCO JSON",
  yolo: "YOLO",
  createml: "CreateML JSON",
  labelme: "labelme JSON",
  via: "VGG Image Annotator (VIA)",
  cvat: "CVAT for images XML",
  labelstudio: "Label Studio JSON",
  csv: "TensorFlow's CSV",
  retinanet: "RetinaNet CSV",
  openimages: "Open Images CSV",
  tfrecord: "TFRecord",
  imagelabels: "CSV of image labels",
  folders: "a folder for each class",
  masks: "images with mask images",
  texts: "CSV of texts",
  textnames: "images named by their text",
  clips: "clips of frames",
} as const;
export type FormatId = keyof typeof FORMAT_NAMES;
export const FORMAT_IDS = Object.keys(FORMAT_NAMES) as FormatId[];

/**
 * One format of labels: a module of this folder with `read`, `write` and a const of this type, listed in registry.ts.
 * The module converts between the format's conventions and those of `Dataset`; nothing else knows them.
 */
export interface LabelFormat {
  id: FormatId;
  /** As people call it: "LabelImg / Pascal VOC XML". */
  title: string;
  /** What it keeps beside boxes and classes; `exportLabels` warns of the rest. */
  holds: readonly Extra[];
  /**
   * How much a file or folder looks like this format: from names, extensions and the first bytes of a few files.
   *
   * @param wanted what the labels are read for, where that is known
   */
  recognizes: (place: Place, wanted?: Wanted) => Promise<Likeness>;
  /** Reads a file of the format, or a folder that holds it. */
  read: (path: string, options?: ReadOptions) => Promise<ReadResult>;
  /** Writes the labels into a folder, and the images as the format needs them; undefined for formats that are only read. */
  write?: (dataset: Dataset, folder: string, options?: WriteOptions) => Promise<WriteResult>;
}

/**
 * What a label file may say beside boxes and classes: fields of `LabelledObject` and `ImageRecord`. `segmentation` are
 * polygons; a format that holds run-length masks, too, says `mask` as well.
 */
export type Extra =
  | "mask"
  | Exclude<keyof LabelledObject, "box" | "class" | "area">
  | Extract<keyof ImageRecord, "split" | "labels" | "text" | "frames" | "ignored" | "verified" | "fields">;

/**
 * What labels can be read for. With `texts`, what only names could say counts as the texts of images; with `clips`, folders
 * of frames, and animations, are clips rather than images.
 */
export type Wanted = "texts" | "clips";

/**
 * `sure`: the files name themselves (data.yaml, annotations.json). `likely`: they hold what only this format does.
 * `maybe`: they could be, if nothing else is likelier; a file that is cut off or a list beside other labels.
 */
export type Likeness = "sure" | "likely" | "maybe" | "no";

/**
 * How corners in VOC XML are meant. `labelimg`: as they stand, but a minimum of 1 is read as 0, since LabelImg writes
 * 1 for 0. `voc`: 1-based and inclusive as in the VOC devkit, so 1 is taken from the minima. `zero-based`: as they stand.
 */
export type Coordinates = "labelimg" | "voc" | "zero-based";

/** What becomes of labels whose image or category a COCO file does not list: an error, or left out, as pycocotools does. */
export type Orphans = "refuse" | "drop";

export interface ReadOptions {
  /** Decided file by file unless told: `voc` where the XML's source names the VOC devkit, `labelimg` elsewhere. */
  coordinates?: Coordinates;
  /** The folder where the images are, in it or below; found around the labels unless told. */
  images?: string;
  /** What becomes of labels of images or categories that are not there: `refuse` unless told. */
  orphans?: Orphans;
  /**
   * Is told of everything that is found, with its place. With an observer, a reader goes on where it would throw for one
   * file or record (`Warnings.fail`). A reader needs no more for it than `warningsOf(options)`.
   */
  observer?: ReadObserver;
  /**
   * Where findings are noted, so that whoever asks for labels hears of them even where the reader throws; a reader takes
   * them from `warningsOf`.
   */
  warnings?: Warnings;
}

/** A data set as it was read. */
export interface ReadResult {
  dataset: Dataset;
  /** One line for each kind of finding, with its count and the first place. */
  warnings: string[];
  /** What was read, for people: "LabelImg / Pascal VOC XML in photos". */
  source: string;
}

export interface WriteOptions {
  /**
   * Copy the images into the folder. Without it, formats that hold paths refer to the images where they lie, and those
   * that need the images in their folder get hard links (the same file under a second name, no space used), or copies
   * where the file system has none.
   */
  copy?: boolean;
}

/** What was written. */
export interface WriteResult {
  /** The file or folder to give to whatever reads it. */
  path: string;
  /** How the images got there. */
  images: "referred to" | "linked" | "copied";
  /** One line for each kind of finding: what had to be changed to fit the format. */
  warnings: string[];
}
