import { AnchorkitError } from "../../../base/errors.ts";

/** Of values, and of marks; more than the weights of any network take. */
const MOST = 1_000_000;

/** The values of a pickle that wait, and the marks among them. */
export class PickleStack {
  private readonly values: unknown[] = [];
  private readonly marks: number[] = [];
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  push(value: unknown): void {
    if (this.values.length >= MOST) throw new AnchorkitError(`${this.path}: damaged: its pickle goes too deep`);
    this.values.push(value);
  }

  mark(): void {
    if (this.marks.length >= MOST) throw new AnchorkitError(`${this.path}: damaged: its pickle goes too deep`);
    this.marks.push(this.values.length);
  }

  top(): unknown {
    const value = this.values.at(-1);
    return value === undefined ? this.empty() : value;
  }

  pop(): unknown {
    const floor = this.marks.at(-1) ?? 0;
    const value = this.values.length > floor ? this.values.pop() : undefined;
    return value === undefined ? this.empty() : value;
  }

  popCount(count: number): unknown[] {
    const floor = this.marks.at(-1) ?? 0;
    if (this.values.length - count < floor) this.empty();
    return this.values.splice(this.values.length - count);
  }

  popMark(): unknown[] {
    const mark = this.marks.pop();
    return mark === undefined ? this.empty() : this.values.splice(mark);
  }

  private empty(): never {
    throw new AnchorkitError(`${this.path}: damaged, or cut off: its pickle takes what is not there`);
  }
}
