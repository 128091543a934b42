import type { Command } from "commander";
import type { FormatId } from "../data/formats/format.ts";

/** What the formats are called, as their modules say, which take too long to load for `--help`. */
export const FORMAT_NAMES: Readonly<Record<FormatId, string>> = {
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
  folders: "a folder for each class",
  masks: "images with mask images",
};

/** The list of formats under `--help`. */
export function addFormatNames(command: Command): Command {
  const lines = Object.entries(FORMAT_NAMES).map(([id, name]) => `  ${id.padEnd(12)}${name}`);
  return command.addHelpText("after", `\nFormats:\n${lines.join("\n")}`);
}
