import type { ImageRecord, LabelledObject } from "../dataset.ts";
import { shownPath } from "../files.ts";
import type { FindingDetail, ReadObserver } from "../warnings.ts";
import { BoxEnds } from "./boxEnds.ts";
import type { FindingPlace, LintChange, LintFinding } from "./report.ts";
import { type RuleId, RULES } from "./rules.ts";

type Box = LabelledObject["box"];

/** Found again, with more to say of it, in the data set as a whole. */
const FOUND_AGAIN: ReadonlySet<RuleId | undefined> = new Set(["alike-classes", "no-label"]);

/** Files and records that nobody can correct without guessing: the corrected copy has none of them. */
const LEFT_OUT: ReadonlySet<RuleId> = new Set([
  ...(["unreadable-labels", "bad-object", "two-label-files", "several-images"] as const),
  ...(["unreadable-image", "labels-without-image"] as const),
]);

/** Found of classes, of which there are few: these are listed, not counted with an example or two. */
const LISTED: ReadonlySet<RuleId> = new Set([
  ...(["alike-classes", "similar-classes", "class-missing-in-train", "class-missing-in-split"] as const),
  ...(["rare-class", "imbalance", "unused-class"] as const),
]);
const MOST_LISTED = 10;

/** Takes up what readers and rules find, and puts it together by kind. */
export class Findings implements ReadObserver {
  readonly changes: LintChange[] = [];
  readonly ends = new BoxEnds();
  readonly #kinds = new Map<string, { rule: RuleId; title: string; places: PlaceInWords[] }>();
  readonly #places = new Map<ImageRecord | LabelledObject, string>();
  /** The image that is found at a place. */
  readonly #images = new Map<string, string>();

  /** Something that a reader found. */
  found(what: string, where: string, { rule, detail, change }: FindingDetail): void {
    if (FOUND_AGAIN.has(rule)) return;
    this.add(rule ?? "other", where, { ...(rule === undefined && { title: what }), detail, change });
  }

  /** Something that a rule found. `where` is a place in words, or a record of the data set. */
  add(
    rule: RuleId,
    where: string | ImageRecord | LabelledObject,
    { title = RULES[rule].title, detail, change }: { title?: string } & Partial<Said> = {},
  ): void {
    const said = typeof where === "string" ? where : this.placeOf(where);
    const place: PlaceInWords = { ...placeOf(said), ...cleanDetail(detail), said };
    const key = `${rule} ${title}`;
    const kind = this.#kinds.get(key) ?? { rule, title, places: [] };
    this.#kinds.set(key, kind);
    kind.places.push(place);
    const { file, object = "" } = place;
    if (change)
      this.changes.push({ file, object, rule, what: RULES[rule].fix ?? "takes it so: look at it", ...change });
    else if (LEFT_OUT.has(rule) || (rule === "other" && /\bleft out\b/.test(title))) {
      this.changes.push({ file, object, rule, what: "left out", before: place.detail ?? "", after: "" });
    }
  }

  placed(record: ImageRecord | LabelledObject, where: string): void {
    this.#places.set(record, where);
  }

  /** Where a record was found, as messages say it. */
  placeOf(record: ImageRecord | LabelledObject): string {
    return this.#places.get(record) ?? ("file" in record ? shownPath(record.file) : "");
  }

  /** Takes note of which images the records of a data set are of, for those found before as well. */
  seen(images: readonly ImageRecord[]): void {
    for (const image of images) {
      const file = shownPath(image.file);
      for (const record of [image, ...image.objects]) this.#images.set(this.placeOf(record), file);
    }
  }

  corners(box: Box, size: { width: number; height: number } | undefined): void {
    this.ends.add(box, size);
  }

  /** All kinds, the most important first, with up to `most` places of each. */
  list(most: number): LintFinding[] {
    const order = Object.keys(RULES);
    const kinds = [...this.#kinds.values()].sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
    return kinds.map(({ rule, title, places }) => {
      const { severity, meaning, fix } = RULES[rule];
      const examples = variedFirst(places).slice(0, LISTED.has(rule) ? Math.max(most, MOST_LISTED) : most);
      const told = examples.map(({ said, file, object, detail }): FindingPlace => {
        const image = object === undefined ? undefined : this.#images.get(said);
        return { file, ...(object !== undefined && { object }), ...(image !== undefined && { image }), ...(detail !== undefined && { detail }) }; // prettier-ignore
      });
      return {
        rule,
        severity,
        title,
        count: places.length,
        places: told,
        meaning,
        ...(fix !== undefined && { fix }),
      };
    });
  }
}

interface PlaceInWords extends FindingPlace {
  /** As the reader says it. */
  said: string;
}

interface Said {
  detail: string | undefined;
  change: { before: string; after: string } | undefined;
}

/** "a.xml: object 3" in its parts; what stands for a record may have parts: `"a.jpg": shape 2 (box)`, `[3].result[0]`. */
function placeOf(where: string): FindingPlace {
  const record = /(?:object|line|image|record|value) \d+|"|\S*\[\d+\]|_via_img_metadata\./;
  const [, file = where, object] = new RegExp(`^(.*?)(?:: ((?:${record.source}).*))?$`, "s").exec(where) ?? [];
  return { file, ...(object !== undefined && { object }) };
}

/** Readers put details right behind the place: ": the file is empty", " in an image of 100 x 80". */
function cleanDetail(detail = ""): { detail?: string } {
  const text = detail.replace(/^[:.\s]+/, "").replace(/^\((.*)\)$/, "$1");
  return text === "" ? {} : { detail: text };
}

/** Places whose details differ in more than numbers and names come before those that repeat. */
function variedFirst<T extends FindingPlace>(places: readonly T[]): T[] {
  const seen = new Set<string>();
  const repeated: T[] = [];
  const first = places.filter((place) => {
    const kind = (place.detail ?? "").replace(/"[^"]*"|[\d.]+/g, "#");
    if (seen.has(kind)) repeated.push(place);
    const isNew = !seen.has(kind);
    seen.add(kind);
    return isNew;
  });
  return [...first, ...repeated];
}
