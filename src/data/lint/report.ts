import type { EndCounts } from "./boxEnds.ts";
import type { RuleId, Severity } from "./rules.ts";

/** Where something was found. */
export interface FindingPlace {
  /** File, folder, class or whatever else it is about. */
  file: string;
  /** The object in it: "object 3", "line 4", "annotations[12]". */
  object?: string;
  /** The image that a record of a file for many images is of; undefined where it is not known. */
  image?: string;
  detail?: string;
}

/** All that was found of one kind. */
export interface LintFinding {
  rule: RuleId;
  severity: Severity;
  /** What it is, worded for many. */
  title: string;
  count: number;
  /** The first ones, those that differ in kind before those that repeat. */
  places: FindingPlace[];
  /** What it does to training, in a sentence. */
  meaning: string;
  /** What the corrected copy has instead; undefined where a person must look. */
  fix?: string;
}

/** One correction. */
export interface LintChange {
  file: string;
  object: string;
  rule: RuleId;
  what: string;
  before: string;
  after: string;
}

/** How the numbers of the files seem to be meant. */
export interface ConventionVerdict {
  /** `labelimg or voc`: from 1, with the last pixel's number as maximum; `unknown`: too few boxes touch a border. */
  verdict: "labelimg or voc" | "zero-based" | "zero-based, last pixel included" | "mixed" | "unknown";
  sure: "yes" | "probably" | "no";
  /** The numbers it rests on, in words. */
  because: string;
  counts: EndCounts;
}

/** What `lintDataset` finds. */
export interface LintReport {
  /** What was read, for people. */
  source: string;
  images: number;
  objects: number;
  /** Of whole images. */
  labels: number;
  classes: string[];
  /** How many kinds of findings there are of each severity. */
  counts: Record<Severity, number>;
  /** The most important first. */
  findings: LintFinding[];
  /** How the corners in the files are meant, as far as their numbers tell; for formats of which that is a question. */
  convention?: ConventionVerdict;
  /** The corrected copy, where one was written. */
  fixed?: { file: string; changesFile: string; changes: number };
}
