import { shown } from "../../base/shown.ts";
import { BYTE, isBlank, isSpace, ValueEnd, type RecordScanner, type ScannedBatch } from "./recordScanner.ts";

/** What is expected next, outside of records. */
type State =
  "start" | "member" | "name" | "colon" | "value" | "skipped value" | "bare value" | "records" | "after member" | "end";

const MAX_NAME_BYTES = 100_000;
const MAX_MEMBERS = 20;

/**
 * One JSON list of records, or one JSON object with lists of records among its members, such as COCO's
 * `{"images": […], "annotations": […]}`. Members that are not asked for are passed over, whatever they hold.
 */
export class ListScanner implements RecordScanner {
  keep: number;
  /** Names of the object's first members. */
  readonly members: string[] = [];
  /** Whether a comma follows the object's last member, which is no JSON, and is passed over. */
  hasCommaTooMany = false;
  #at: number;
  #state: State = "start";
  #member = "";
  #list = "";
  #index = 0;
  #value = new ValueEnd();
  readonly #wanted: readonly string[];
  readonly #bare: readonly string[];

  /**
   * @param wanted members whose lists are read
   * @param bare members whose value is read where it is no list
   */
  constructor(start: number, wanted: readonly string[], bare: readonly string[] = []) {
    this.keep = this.#at = start;
    this.#wanted = wanted;
    this.#bare = bare;
  }

  shift(by: number): void {
    this.keep -= by;
    this.#at -= by;
  }

  /** @throws SyntaxError for what is no JSON outside of records; records are not looked into. */
  *scan(bytes: Buffer, end: number): Iterable<ScannedBatch> {
    while (this.#at < end) {
      if (this.#state === "records") {
        const batch = this.#records(bytes, end);
        if (batch) yield batch;
      } else if (this.#state === "skipped value") this.#skip(bytes, end);
      else if (this.#state === "bare value") {
        const value = this.#bareValue(bytes, end);
        if (value) yield value;
      } else if (this.#state === "name") {
        if (!this.#name(bytes, end)) return;
      } else this.#step(bytes);
    }
  }

  /** Where the bytes scanned so far end, or undefined where nothing is open. */
  inside(): string | undefined {
    if (this.#state === "end") return undefined;
    if (this.#state === "records") return this.#list === "" ? `record ${this.#index}` : `${this.#list}[${this.#index}]`;
    return this.#place().replace("its member", "or after its member");
  }

  /** All whole records up to `end`, as one batch. */
  #records(bytes: Buffer, end: number): ScannedBatch | undefined {
    const from = this.keep;
    let count = 0;
    while (this.#state === "records") {
      const stop = this.#value.find(bytes, this.#at, end);
      this.#at = stop < 0 ? end : stop + 1;
      if (stop < 0) break;
      count++;
      this.keep = stop + 1;
      if (bytes[stop] === BYTE.comma) continue;
      if (bytes[stop] !== BYTE.closeList) throw new SyntaxError(`${this.inside() ?? ""} is followed by a "}"`);
      this.#state = this.#list === "" ? "end" : "after member";
      if (this.#index === 0 && count === 1 && isBlank(bytes, from, stop)) count = 0;
    }
    if (this.#state === "records" && count === 0) return undefined;
    const first = this.#index;
    this.#index += count;
    return { list: this.#list, first, count, from, to: this.keep - 1, closes: this.#state !== "records" };
  }

  /** The value of a member that holds no list; what follows it is seen to here, since it is overwritten. */
  #bareValue(bytes: Buffer, end: number): ScannedBatch | undefined {
    const stop = this.#value.find(bytes, this.#at, end);
    this.#at = stop < 0 ? end : stop + 1;
    if (stop < 0) return undefined;
    const from = this.keep;
    this.keep = this.#at;
    this.#state = bytes[stop] === BYTE.comma ? "member" : "end";
    if (bytes[stop] === BYTE.closeList) throw new SyntaxError(`"]" after ${this.#place()}`);
    return { list: this.#member, first: 0, count: 1, from, to: stop, bare: true };
  }

  #skip(bytes: Buffer, end: number): void {
    const stop = this.#value.find(bytes, this.#at, end);
    this.keep = this.#at = stop < 0 ? end : stop;
    if (stop >= 0) this.#state = "after member";
  }

  /** A member's name; `keep` is at its first quote. False where it goes on beyond `end`. */
  #name(bytes: Buffer, end: number): boolean {
    for (let i = this.keep + 1; i < end; i++) {
      if (bytes[i] === BYTE.backslash) i++;
      else if (bytes[i] === BYTE.quote) {
        this.#member = nameOf(bytes.toString("utf8", this.keep, i + 1));
        if (this.members.length < MAX_MEMBERS) this.members.push(this.#member);
        this.keep = this.#at = i + 1;
        this.#state = "colon";
        return true;
      }
    }
    if (end - this.keep > MAX_NAME_BYTES) throw new SyntaxError(`a name of more than ${MAX_NAME_BYTES} bytes`);
    return false;
  }

  /** One byte between names and values. */
  #step(bytes: Buffer): void {
    const byte = bytes[this.#at] ?? BYTE.space;
    if (!isSpace(byte)) {
      const next = this.#after(byte);
      if (next === undefined) throw new SyntaxError(`"${String.fromCharCode(byte)}" after ${this.#place()}`);
      this.#state = next;
    }
    if (this.#state === "skipped value" || this.#state === "bare value") return; // its first byte is part of it
    this.keep = this.#state === "name" ? this.#at : this.#at + 1;
    this.#at++;
  }

  #after(byte: number): State | undefined {
    if (this.#state === "start" && byte === BYTE.openList) return this.#open("");
    if (this.#state === "start" && byte === BYTE.open) return "member";
    if (this.#state === "member" && byte === BYTE.quote) return "name";
    if ((this.#state === "member" || this.#state === "after member") && byte === BYTE.close) {
      this.hasCommaTooMany = this.#state === "member" && this.members.length > 0;
      return "end";
    }
    if (this.#state === "colon" && byte === BYTE.colon) return "value";
    if (this.#state === "after member" && byte === BYTE.comma) return "member";
    if (this.#state !== "value") return undefined;
    if (byte === BYTE.openList && this.#wanted.includes(this.#member)) return this.#open(this.#member);
    this.#value = new ValueEnd();
    return this.#bare.includes(this.#member) ? "bare value" : "skipped value";
  }

  #open(list: string): State {
    this.#list = list;
    this.#index = 0;
    this.#value = new ValueEnd();
    return "records";
  }

  #place(): string {
    if (this.#state === "end") return "its last bracket";
    return this.#member === "" ? "its first bracket" : `its member ${shown(this.#member)}`;
  }
}

/** The name that a JSON string holds; as it stands if it is not valid. */
function nameOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}
