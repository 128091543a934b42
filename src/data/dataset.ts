/** One labelled object. */
export interface LabelledObject {
  /** x1, y1, x2, y2 in pixels of the image as it is shown (EXIF orientation applied); x2 and y2 exclusive. */
  box: [number, number, number, number];
  /** Index into the data set's classes. */
  class: number;
  /** Neither trained on nor counted against a detection (Pascal VOC). */
  difficult?: boolean;
  /** An ignored region: a group of objects under one box (COCO's iscrowd). */
  crowd?: boolean;
  /** COCO's area, where the source gives one (the mask's); otherwise the box's area counts. */
  area?: number;
  truncated?: boolean;
  pose?: string;
}

export type SplitName = "train" | "val" | "test";

/** One image and what is known of it. */
export interface ImageRecord {
  /** Unique in the data set; the image id of COCO files. */
  id: number;
  /** Path of the image file, absolute. */
  file: string;
  /** Pixels, EXIF orientation applied. */
  width: number;
  height: number;
  split?: SplitName;
  objects: LabelledObject[];
  /** LabelImg's "verified" tick. */
  verified?: boolean;
}

/** Images, their labels, and the names of the classes. */
export interface Dataset {
  classes: string[];
  /** COCO's category id of each class, where the source gives them; otherwise it is the index + 1. */
  categoryIds?: number[];
  images: ImageRecord[];
}
