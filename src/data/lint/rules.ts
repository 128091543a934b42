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
  | "alike-two-labels"
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
  "two-label-files": error(
    "images with two label files, or two records of one",
    "Training stops: there is no way to tell which one is right.",
  ),
  "several-images": error(
    "labels that several images fit",
    "Training stops: there is no way to tell which one is meant.",
  ),
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
    "class names that differ only in case or inner spaces",
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
  "no-objects": error("no objects and no labels in the whole data set", "There is nothing to learn."),
  "no-train": error("there are splits, but none called train", "There is nothing to train on."),
  "class-missing-in-train": error(
    "classes that are in val or test but not in train",
    "They cannot be learnt, and count as misses in the measured quality.",
  ),
  "blank-image": warning(
    "images of little more than one colour",
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
    "boxes of the same class that overlap by more than 80%",
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
  "tiny-box": warning("boxes with a side of fewer than 3 pixels", "Mostly slips of the mouse; they teach noise."),
  "other-filename": warning(
    "XML files whose filename is another image in the folder",
    "They are taken as labels of the image with their own name; if that is wrong, the boxes teach nonsense.",
    "names each image once",
  ),
  "image-without-labels": warning(
    "images without a label file",
    "They train as background: objects that somebody forgot to label are learnt as nothing.",
  ),
  "no-label": warning(
    "images without a label among others with one",
    "A classifier of one class an image leaves them out, or learns that they show nothing.",
  ),
  "two-labels": warning(
    "images that are there with different labels",
    "One of the two is wrong: what the one teaches, the other contradicts.",
  ),
  "alike-two-labels": warning(
    "images that look alike, with different labels",
    "If they show the same, one of the two labels is wrong.",
  ),
  "labels-without-image": warning("labels whose image is not there", "Their objects are not trained on."),
  "same-image": warning(
    "images that are there more than once, byte for byte",
    "They count several times, and end up in two splits when these are drawn.",
  ),
  "unknown-frame": warning(
    "photos that EXIF turns or mirrors, whose labels do not say which way up they are meant",
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
    "They are hard to find; train with a larger --size.",
  ),
  "rare-class": warning(
    "classes too rare to learn",
    "Hardly anything is learnt from so few examples: label more, or merge classes.",
  ),
  "class-missing-in-split": warning(
    "classes that are missing from val or test",
    "Their quality is not measured there.",
  ),
  "split-missing": warning(
    "splits without images",
    "Without val, training has no images to choose weights by; without test, none to judge them.",
  ),
  "without-split": warning(
    "images without a split, beside images with one",
    "They are drawn into splits, and can leak.",
  ),
  "missing-folder": warning(
    "folders and lists that data.yaml names and that are not there",
    "The data set is read without their images; correct the paths, or take the lines out.",
  ),
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
    "coordinates that seem to be meant differently from how they are read",
    "Boxes are off by a pixel: little for large objects, much for small ones.",
  ),
  "untidy-classes": warning(
    "class names that stand twice, or with white space around them",
    "They are read as one class, without the white space; to other tools each is a class of its own.",
    "writes each name once",
  ),
  other: warning("things noticed while reading", "What was read is not quite what the files say."),
  "crowded-image": note(
    "images with more than 100 objects",
    "COCO's measure counts only the best 100 detections in an image.",
  ),
  imbalance: note(
    "classes with less than a tenth as many examples as the most frequent one",
    "They are learnt later and less well.",
  ),
  "unused-class": note("classes without an example", "The model has an output for them that is never right."),
  "large-image": note(
    "images shrunk to less than a quarter for training",
    "Details that the labels may need are lost; a larger --size keeps them.",
  ),
  "small-image": note(
    "images enlarged more than twice for training",
    "A smaller --size trains faster and loses nothing.",
  ),
  "no-splits": note("no splits", "Training draws them by seed, 80/10/10; label split keeps similar images together."),
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
    "images that are only inside records",
    "They are taken out into the cache; label import --copy puts them beside the labels.",
  ),
  marks: note(
    "marks that people have set",
    "Difficult objects are neither trained on nor counted against a detection.",
  ),
};
