import { AnchorkitError } from "../base/errors.ts";
import type { ImageRecord, LabelledObject } from "./dataset.ts";

/** Findings of reading that `label lint` explains one by one (lint/rules.ts). */
export type ReadingRule =
  | "unreadable-labels"
  | "bad-object"
  | "swapped-corners"
  | "zero-area"
  | "outside"
  | "partly-outside"
  | "float-coordinates"
  | "unread-elements"
  | "unreadable-image"
  | "image-without-labels"
  | "no-label"
  | "two-labels"
  | "labels-without-image"
  | "two-label-files"
  | "several-images"
  | "other-filename"
  | "filename-without-extension"
  | "foreign-path"
  | "size-missing"
  | "other-size"
  | "resized"
  | "stored-frame"
  | "unknown-frame"
  | "alike-classes"
  | "untidy-classes"
  | "encoding"
  | "images-in-records"
  | "two-splits"
  | "unknown-in-list"
  | "missing-folder";

/** What is known of a finding beside its place. */
export interface FindingDetail {
  rule?: ReadingRule;
  /** Goes behind the place: " in an image of 100 x 80". */
  detail?: string;
  /** What the file says, and what was read instead: "" for nothing. */
  change?: { before: string; after: string };
}

/** Someone who wants to know all of what a reader sees: `label lint`. */
export interface ReadObserver {
  /** Each finding, not only the first of its kind; `what` is worded for many. */
  found: (what: string, where: string, detail: FindingDetail) => void;
  /** Where an image or object of the data set that is read was found. */
  placed: (record: ImageRecord | LabelledObject, where: string) => void;
  /** The corners of a box as the file has them, in an image of the size that it states. */
  corners: (box: LabelledObject["box"], size: { width: number; height: number } | undefined) => void;
}

/** A reader has left out all that there was: its warnings say why. */
export class NothingLeftError extends AnchorkitError {}

/** What a reader notes its findings with: what it is given, or its own. */
export function warningsOf(options: { warnings?: Warnings; observer?: ReadObserver }): Warnings {
  return options.warnings ?? new Warnings(options.observer);
}

/** Counts findings of the same kind, and remembers where the first one was. */
export class Warnings {
  /** Who wants to see everything, if anybody does. */
  readonly observer: ReadObserver | undefined;
  #found = new Map<string, { count: number; first: string }>();
  /** What the observer is told when these warnings are joined to others. */
  #untold: ((observer: ReadObserver) => void)[] = [];

  constructor(observer?: ReadObserver) {
    this.observer = observer;
  }

  /** Notes one finding: what it is, worded for many ("boxes without an area left out"), and where. */
  add(what: string, where: string, detail: FindingDetail = {}): void {
    this.observer?.found(what, where, detail);
    this.#count(what, 1, where + (detail.detail ?? ""));
  }

  /** Notes what is of no consequence, and of interest to an observer alone. */
  note(rule: ReadingRule, where: string, detail: Omit<FindingDetail, "rule"> = {}): void {
    this.observer?.found(rule, where, { rule, ...detail });
  }

  /**
   * Something is wrong with one file or record: throws the error, or, where there is an observer, tells it and returns,
   * so that the reader goes on without the record, or with what it was changed to.
   */
  fail(error: unknown, rule: ReadingRule, where: string, change?: FindingDetail["change"]): void {
    if (!this.observer || !(error instanceof AnchorkitError)) throw error;
    const { message } = error;
    const detail = message.startsWith(where) ? message.slice(where.length) : `: ${message}`;
    this.observer.found(rule, where, { rule, detail, ...(change && { change }) });
  }

  /** What `work` gives; where it throws, and an observer is told (see `fail`), `instead`. */
  async attempt<T, U>(work: () => Promise<T>, instead: U, rule: ReadingRule, where: string): Promise<T | U> {
    try {
      return await work();
    } catch (error) {
      this.fail(error, rule, where);
      return instead;
    }
  }

  /**
   * Warnings of one of several tasks that run at once: nobody hears of them before they are joined. Corners alone are
   * told at once: there are millions, and their order is of no consequence.
   */
  apart(): Warnings {
    const { observer: listener } = this;
    if (!listener) return new Warnings();
    const untold: ((observer: ReadObserver) => void)[] = [];
    const part = new Warnings({
      found: (...finding) =>
        untold.push((observer) => {
          observer.found(...finding);
        }),
      placed: (...placed) =>
        untold.push((observer) => {
          observer.placed(...placed);
        }),
      corners: (...corners) => {
        listener.corners(...corners);
      },
    });
    part.#untold = untold;
    return part;
  }

  /** Takes over the warnings of a task that has ended, as if they had been noted now. */
  join(part: Warnings): void {
    if (this.observer) for (const tell of part.#untold) tell(this.observer);
    for (const [what, { count, first }] of part.#found) this.#count(what, count, first);
  }

  /** One line a kind: "boxes without an area left out: 2 (first: a.xml: object 3)". */
  lines(): string[] {
    return [...this.#found].map(
      ([what, { count, first }]) => `${what}: ${count} (${count > 1 ? "first: " : ""}${first})`,
    );
  }

  #count(what: string, count: number, first: string): void {
    const known = this.#found.get(what);
    if (known) known.count += count;
    else this.#found.set(what, { count, first });
  }
}
