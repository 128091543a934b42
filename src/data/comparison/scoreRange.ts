/** Watches for scores that are no probabilities. */
export class ScoreRange {
  #outside = 0;
  #first: { score: number; record: number } | undefined;
  #lowest = Infinity;
  #highest = -Infinity;

  add(score: number, record: number): void {
    if (score >= 0 && score <= 1) return;
    this.#outside++;
    this.#first ??= { score, record };
    this.#lowest = Math.min(this.#lowest, score);
    this.#highest = Math.max(this.#highest, score);
  }

  /** What to say of scores outside 0..1, if there are any. */
  describe(place: (record: number) => string): string | undefined {
    if (!this.#first) return undefined;
    const percent = this.#lowest >= 0 && this.#highest > 2 && this.#highest <= 100;
    const likely = this.#lowest < 0 ? " (logits?)" : percent ? " (percent?)" : "";
    const first = `${place(this.#first.record)}: ${this.#first.score}`;
    return `scores outside 0..1${likely}, of which AP takes the order alone: ${this.#outside} (first: ${first})`;
  }
}
