import { coco } from "./coco/coco.ts";
import { createml } from "./createml/createml.ts";
import { cvat } from "./cvat/cvat.ts";
import type { FormatId, LabelFormat } from "./format.ts";
import { labelStudio } from "./labelStudio/labelStudio.ts";
import { labelme } from "./labelme/labelme.ts";
import { retinanet } from "./csv/retinanet.ts";
import { tensorflowCsv } from "./csv/tensorflowCsv.ts";
import { via } from "./via/via.ts";
import { openImages } from "./csv/openImages.ts";
import { tfrecord } from "./tfrecord/tfrecord.ts";
import { imageLabels } from "./csv/imageLabels.ts";
import { clips } from "./clips/clips.ts";
import { classFolders } from "./classFolders/classFolders.ts";
import { maskFolders } from "./masks/maskFolders.ts";
import { texts } from "./text/texts.ts";
import { textNames } from "./text/textNames.ts";
import { voc } from "./voc/voc.ts";
import { yolo } from "./yolo/yolo.ts";

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
  imagelabels: imageLabels,
  folders: classFolders,
  masks: maskFolders,
  texts,
  textnames: textNames,
  clips,
};
