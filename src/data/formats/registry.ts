import { coco } from "./coco.ts";
import { createml } from "./createml.ts";
import { cvat } from "./cvat.ts";
import type { FormatId, LabelFormat } from "./format.ts";
import { labelStudio } from "./labelStudio.ts";
import { labelme } from "./labelme.ts";
import { retinanet } from "./retinanet.ts";
import { tensorflowCsv } from "./tensorflowCsv.ts";
import { via } from "./via.ts";
import { openImages } from "./openImages.ts";
import { tfrecord } from "./tfrecord.ts";
import { classFolders } from "./classFolders.ts";
import { maskFolders } from "./maskFolders.ts";
import { voc } from "./voc.ts";
import { yolo } from "./yolo.ts";

/** All formats of labels, by the names that `--from` and `--to` take. */
export const FORMATS: Readonly<Record<FormatId, LabelFormat>> = {
  voc,
  coco,
  yolo,
  createml,
  labelme,
  via,
  cvat,
  labelstudio: labelStudio,
  csv: tensorflowCsv,
  retinanet,
  openimages: openImages,
  tfrecord,
  folders: classFolders,
  masks: maskFolders,
};
