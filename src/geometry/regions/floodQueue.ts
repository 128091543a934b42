/** A queue of places, the lowest first, of equal ones the one that came first: a binary heap of fixed size. */
export class FloodQueue {
  readonly #heights: Float32Array;
  readonly #ages: Int32Array;
  readonly #places: Int32Array;
  #length = 0;
  #age = 0;

  /** @param most places that wait at the same time */
  constructor(most: number) {
    this.#heights = new Float32Array(most);
    this.#ages = new Int32Array(most);
    this.#places = new Int32Array(most);
  }

  push(height: number, place: number): void {
    let at = this.#length++;
    const age = this.#age++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#heights[parent] as number) <= height) break; // the parent is the older one
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, height, age, place);
  }

  /** Takes the first place out; -1 where none waits. */
  pop(): number {
    if (this.#length === 0) return -1;
    const first = this.#places[0] as number;
    const last = --this.#length;
    const [height, age] = [this.#heights[last] as number, this.#ages[last] as number];
    let at = 0;
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.#isBefore(child + 1, this.#heights[child] as number, this.#ages[child] as number)) {
        child++;
      }
      if (!this.#isBefore(child, height, age)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, height, age, this.#places[last] as number);
    return first;
  }

  #isBefore(at: number, height: number, age: number): boolean {
    const own = this.#heights[at] as number;
    return own < height || (own === height && (this.#ages[at] as number) < age);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#heights[from] as number, this.#ages[from] as number, this.#places[from] as number);
  }

  #set(at: number, height: number, age: number, place: number): void {
    this.#heights[at] = height;
    this.#ages[at] = age;
    this.#places[at] = place;
  }
}
