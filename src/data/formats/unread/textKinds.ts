import type { JsonKind } from "./jsonKinds.ts";

/** What a text file may be that is not read. */
export interface TextKind extends Pick<JsonKind, "title" | "advice"> {
  looksRight: (head: string, file: string) => boolean;
}

const CONVERT = "convert it to COCO JSON or YOLO first";
const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:e[-+]?\d+)?`;
const IMAGE = String.raw`\S.*\.(?:jpe?g|png|bmp|tiff?|webp)`;

const line = (source: string) => {
  const pattern = new RegExp(`^${source}\\s*$`, "i");
  return (head: string): boolean => pattern.test(head.trimStart().split(/\r?\n/, 1)[0] ?? "");
};

/** Texts of labels that people have, by their first lines. */
export const TEXT_KINDS: readonly TextKind[] = [
  { title: "KITTI's labels", looksRight: line(`[A-Za-z_]+( ${NUMBER}){14,15}`), advice: CONVERT },
  {
    title: "DOTA's oriented boxes",
    looksRight: (head) => /^(?:imagesource|gsd):/i.test(head) || line(`(?:${NUMBER} ){8}[\\w-]+( [012])?`)(head),
    advice: "write the upright box around each, as YOLO or COCO",
  },
  {
    title: "WIDER FACE's list",
    looksRight: (head) => new RegExp(`^${IMAGE}\\r?\\n\\d+\\r?\\n(?:\\d+ ){3}`, "i").test(head),
    advice: CONVERT,
  },
  {
    title: "AutoML's CSV",
    looksRight: (head) => /^(?:(?:TRAIN|TRAINING|VALIDATION|VALIDATE|TEST|UNASSIGNED),)?"?gs:\/\//i.test(head),
    advice: CONVERT,
  },
  { title: "the list of keras-yolo3", looksRight: line(`${IMAGE}( \\d+,\\d+,\\d+,\\d+,\\d+)+`), advice: CONVERT },
  { title: "MOT's tracks", looksRight: (head, file) => /gt\.txt$/.test(file) && line(`\\d+,-?\\d+(,${NUMBER}){4,8}`)(head), advice: CONVERT }, // prettier-ignore
];
