import type { ReadingRule } from "../warnings.ts";

/** `error`: training goes wrong, or loses labels. `warning`: probably a mistake. `note`: worth knowing. */
export type Severity = "error" | "warning" | "note";

/** What is looked for in the data set as a whole; `ReadingRule`s are found while it is read. */
type DatasetRule =
  | "cannot-read"
  | "leak"
  | "near-leak"
  | "damaged-image"
  | "blank-image"
  | "no-objects"
  | "no-train"
  | "class-missing-in-train"
  | "class-missing-in-split"
  | "split-missing"
  | "no-splits"
  | "without-split"
  | "similar-classes"
  | "duplicate-box"
  | "overlapping-box"
  | "two-classes"
  | "fraction-box"
  | "probably-wrong"
  | "tiny-box"
  | "small-in-training"
  | "large-image"
  | "small-image"
  | "same-image"
  | "near-duplicate"
  | "rare-class"
  | "unused-class"
  | "imbalance"
  | "crowded-image"
  | "mostly-background"
  | "convention"
  | "marks"
  | "other";

export type RuleId = ReadingRule | DatasetRule;

interface RuleText {
  severity: Severity;
  /** Worded for many. */
  title: string;
  /** What it does to training. */
  meaning: string;
  /** What the corrected copy has instead. */
  fix?: string;
}

const error = (title: string, meaning: string, fix?: string): RuleText => textOf("error", title, meaning, fix);
const warning = (title: string, meaning: string, fix?: string): RuleText => textOf("warning", title, meaning, fix);
const note = (title: string, meaning: string, fix?: string): RuleText => textOf("note", title, meaning, fix);

function textOf(severity: Severity, title: string, meaning: string, fix?: string): RuleText {
  return { severity, title, meaning, ...(fix !== undefined && { fix }) };
}

/** Every rule, the most important of each severity first. */
export const RULES: Readonly<Record<RuleId, RuleText>> = {
  "cannot-read": error("the data set cannot be read", "There is nothing to train on."),
  "unreadable-labels": error(
    "label files that cannot be read",
    "Training stops at the first; label these images again, or remove them.",
  ),
  "swapped-corners": error(
    "boxes with their corners in the wrong order",
    "Training stops at the first.",
    "puts them in order",
  ),
  "fraction-box": error(
    "boxes in fractions of the image, where pixels are meant",
    "Each is a speck in the corner, and its object is learnt as background.",
    "scales them to the image",
  ),
  "bad-object": error("objects that cannot be read", "Training stops at the first; correct them by hand."),
  "two-label-files": error("images with two label files", "Training stops: nobody knows which one is right."),
  "two-splits": error("images that two split lists name", "Training stops: what is trained on cannot be tested on."),
  "other-size": error(
    "images of another size and shape than their labels say",
    "The boxes probably belong to another image, and teach that background is an object.",
  ),
  outside: error(
    "boxes outside their image",
    "They are left out, and their objects are learnt as background.",
    "drops them",
  ),
  "zero-area": error(
    "boxes without an area",
    "They are left out, and their objects are learnt as background.",
    "drops them",
  ),
  "alike-classes": error(
    "class names that differ in case or spaces alone",
    "Each spelling becomes a class of its own, with a part of the examples, and the classes compete.",
    "merges them into the most frequent spelling",
  ),
  "unread-elements": error(
    "XML with elements that look like objects and are not read",
    "Their image is taken for a background, and its objects are learnt as background.",
  ),
  "unreadable-image": error("images that cannot be read", "They are left out with their labels."),
  "damaged-image": error("images whose pixels cannot be decoded", "Training stops at the first."),
  leak: error(
    "copies of an image in different splits",
    "The measured quality is too good: it is tested on what it has seen.",
  ),
  "no-objects": error("no object in the whole data set", "There is nothing to learn."),
  "no-train": error("there are splits, but none is called train", "There is nothing to train on."),
  "class-missing-in-train": error(
    "classes that val or test have and train has not",
    "They cannot be learnt, and count as misses in the measured quality.",
  ),
  "blank-image": warning(
    "images of hardly more than one colour",
    "Nothing can be learnt from them; 16-bit images that use few of their values are black to training, too.",
  ),
  "near-leak": warning(
    "images that look alike in different splits",
    "The measured quality is too good if they show the same scene; keep such images in one split.",
  ),
  "partly-outside": warning("boxes that leave their image", "They are cut at the border.", "cuts them"),
  "duplicate-box": warning(
    "boxes that are there twice, with the same class",
    "The object counts twice, and one of the two can only be missed.",
    "keeps the first",
  ),
  "overlapping-box": warning(
    "boxes of the same class that overlap by more than 80 %",
    "Probably one object labelled twice: one of the two can only be missed.",
  ),
  "two-classes": warning("boxes of different classes in the same place", "The classes contradict each other."),
  "similar-classes": warning(
    "class names that are probably a typo of another",
    "A misspelt class takes examples from the right one and competes with it.",
  ),
  "probably-wrong": warning(
    "boxes whose size or shape is far from their class's",
    "Often a wrong class, a slip of the mouse, or one box for several objects; look, as some are right.",
  ),
  "tiny-box": warning("boxes of fewer than 3 pixels a side", "Mostly slips of the mouse; they teach noise."),
  "other-filename": warning(
    "XML files whose filename is another image in the folder",
    "They are taken as labels of the image of their own name; if that is wrong, the boxes teach nonsense.",
    "names each image once",
  ),
  "image-without-labels": warning(
    "images without a label file",
    "They train as background: objects that somebody forgot to label are learnt as nothing.",
  ),
  "labels-without-image": warning("labels whose image is not there", "Their objects are not trained on."),
  "same-image": warning(
    "images that are there several times, byte for byte",
    "They count several times, and end up in two splits when these are drawn.",
  ),
  "unknown-frame": warning(
    "photos that EXIF turns or mirrors, whose labels do not say of which side up they are",
    "If they were made before the turn, the boxes are in the wrong place; label view shows it.",
  ),
  "stored-frame": warning(
    "labels of photos as stored, before EXIF turns them",
    "Tools that do not turn the boxes with the photo train on boxes in the wrong place.",
    "turns the boxes",
  ),
  resized: warning(
    "images resized after they were labelled",
    "Tools that do not notice take boxes at the wrong place.",
    "scales the boxes",
  ),
  "small-in-training": warning(
    "objects smaller than 8 pixels at training size",
    "They are hardly found; train with a larger --size, or cut the images into tiles.",
  ),
  "rare-class": warning(
    "classes too rare to learn",
    "Of so few examples hardly anything is learnt: label more, or merge classes.",
  ),
  "class-missing-in-split": warning("classes that val or test lacks", "Their quality is not measured there."),
  "split-missing": warning(
    "splits that hold no image",
    "Training draws a tenth of train as val; without test, nothing is left to judge the result on.",
  ),
  "without-split": warning("images in no split, beside images with one", "They are drawn into splits, and can leak."),
  "unknown-in-list": warning("names in split lists without an image", "The splits are smaller than their lists say."),
  "mostly-background": warning(
    "more than half of the images have no object",
    "Training spends most of its time on background.",
  ),
  "near-duplicate": warning(
    "groups of images that look alike",
    "They add little, and leak when splits are drawn at random.",
  ),
  convention: warning(
    "coordinates seem to be meant otherwise than they are read",
    "Boxes are off by a pixel: little for large objects, much for small ones.",
  ),
  other: warning("findings of reading", "What was read is not quite what the files say."),
  "crowded-image": note(
    "images with more than 100 objects",
    "COCO's measure counts the best 100 detections of an image.",
  ),
  imbalance: note(
    "classes with less than a tenth of the most frequent class's objects",
    "They are learnt later, and worse.",
  ),
  "unused-class": note("classes without an object", "The detector has an output for them that is never right."),
  "large-image": note(
    "images shrunk to less than a quarter for training",
    "Details are lost that the labels may need; a larger --size keeps them.",
  ),
  "small-image": note(
    "images enlarged more than twice for training",
    "A smaller --size trains faster and loses nothing.",
  ),
  "no-splits": note("no splits", "Training draws them by seed, 80/10/10; label split keeps alike images together."),
  "size-missing": note(
    "label files without the image's size",
    "The image's own counts, but a resized or turned image is not noticed.",
    "writes it",
  ),
  "float-coordinates": note("objects with fractions of a pixel", "Kept as they are; some tools round or refuse them."),
  "foreign-path": note(
    "label files whose filename has a folder, often of another machine",
    "The last part counts; other tools may not find the image.",
    "refers to the images where they are",
  ),
  "filename-without-extension": note(
    "label files whose filename has no extension",
    "The image of that name counts; other tools may not find it.",
    "writes the whole name",
  ),
  encoding: note(
    "label files with a byte order mark or an encoding other than UTF-8",
    "Read as they are meant; other tools may refuse them.",
    "writes UTF-8",
  ),
  "images-in-records": note(
    "images that are inside of records alone",
    "They are taken out into the cache; label import --copy puts them beside the labels.",
  ),
  marks: note("marks of people", "Difficult objects are neither trained on nor counted against a detection."),
};
