/** The last number of pixels that do not count: unlabelled (0), the ego vehicle, borders of rectification, out of view. */
const LAST_IGNORED = 3;

/** The classes of Cityscapes from 4 on. */
const CLASSES = [
  ...["static", "dynamic", "ground", "road", "sidewalk", "parking", "rail track", "building", "wall", "fence"],
  ...["guard rail", "bridge", "tunnel", "pole", "polegroup", "traffic light", "traffic sign", "vegetation", "terrain"],
  ...["sky", "person", "rider", "car", "truck", "bus", "caravan", "trailer", "train", "motorcycle", "bicycle"],
];

/** "person": this and the later ones are of objects that can be counted. */
const FIRST_COUNTED = 24;

/** Whether a mask has the name that Cityscapes gives to those of classes. */
export function isCityscapesMask(file: string): boolean {
  return /_gt(?:Fine|Coarse)_labelIds\.png$/i.test(file);
}

/** Whether a file has the name of the outlines that the masks were made of. */
export function isCityscapesOutline(file: string): boolean {
  return /_gt(?:Fine|Coarse)_polygons\.json$/i.test(file);
}

/** What a value of such a mask stands for. */
export function cityscapesMeaning(value: number): { name: string } | "ignored" {
  const name = CLASSES[value - LAST_IGNORED - 1];
  return name === undefined ? "ignored" : { name };
}

/** Whether the pixels are of several objects that were not told apart: they have the class's number as the object's. */
export function isCityscapesGroup(classValue: number, objectValue: number): boolean {
  return classValue >= FIRST_COUNTED && objectValue === classValue;
}
