import { basename, extname, join } from "node:path";
import { AnchorkitError } from "../base/errors.ts";
import { isImageName, kindOf, listFiles, shownPath } from "./files.ts";
import * as coco from "./formats/coco.ts";
import type { ReadOptions, ReadResult } from "./formats/format.ts";
import * as voc from "./formats/voc.ts";
import * as yolo from "./formats/yolo.ts";

/** The file that `label import` writes into its folder. */
export const DATASET_FILE = "annotations.json";

/**
 * Reads labelled images in whatever form they come:
 *
 * - a folder of LabelImg or Pascal VOC XML, beside the images or in a folder next to theirs
 * - a COCO JSON file, or the folder that `label import` wrote
 * - a YOLO data.yaml, or its folder
 *
 * Boxes come out in pixels of the image as it is shown. What was mended or left out is in `warnings`.
 *
 * @throws AnchorkitError naming the file, and the object or field in it, for what cannot be read
 */
export async function readDataset(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new AnchorkitError(`${shownPath(path)}: no such file or folder`);
  const result = kind === "file" ? await readFileOf(path) : await readFolder(path, options);
  if (result.dataset.images.length === 0) throw new AnchorkitError(`${shownPath(path)}: holds no images`);
  return result;
}

async function readFileOf(path: string): Promise<ReadResult> {
  switch (extname(path).toLowerCase()) {
    case ".json":
      return coco.read(path);
    case ".yaml":
    case ".yml":
      return yolo.read(path);
    case ".xml":
      throw new AnchorkitError(`${shownPath(path)}: is one image's labels; give the folder it lies in`);
    default:
      throw new AnchorkitError(`${shownPath(path)}: is no data set; give a folder, a COCO .json or a YOLO .yaml`);
  }
}

async function readFolder(folder: string, options: ReadOptions): Promise<ReadResult> {
  if ((await kindOf(join(folder, DATASET_FILE))) === "file") return coco.read(join(folder, DATASET_FILE));
  const files = await listFiles(folder);
  const yaml = files.find((path) => /^data\.ya?ml$/.test(basename(path)));
  if (yaml !== undefined) return yolo.read(yaml);
  if (files.some((path) => extname(path).toLowerCase() === ".xml")) return voc.read(folder, options);
  const jsons = files.filter((path) => extname(path).toLowerCase() === ".json");
  if (jsons.length === 1 && jsons[0] !== undefined) return coco.read(jsons[0]);
  const name = shownPath(folder);
  if (jsons.length > 1) {
    throw new AnchorkitError(
      `${name}: holds ${jsons.length} JSON files; give the one to read (${jsons.map(shownPath).slice(0, 3).join(", ")})`,
    );
  }
  const images = files.filter(isImageName).length;
  throw new AnchorkitError(
    `${name}: no labels found beside ${images} images; LabelImg or VOC XML, COCO JSON and YOLO data.yaml can be read`,
  );
}
