/** Counts things a second over the last while, so that pauses (validation) do not weigh on it for long. */
export class RateMeter {
  #since = performance.now();
  #count = 0;
  #rate = 0;

  /** Notes that so many things were done since the last call. */
  count(things: number): void {
    this.#count += things;
    const seconds = (performance.now() - this.#since) / 1000;
    this.#rate = this.#count / seconds;
    if (seconds > WINDOW) {
      // Half of the past is forgotten.
      this.#since += (seconds / 2) * 1000;
      this.#count /= 2;
    }
  }

  /** Starts a new measurement; the rate stays as it was until something is counted. */
  restart(): void {
    this.#since = performance.now();
    this.#count = 0;
  }

  perSecond(): number {
    return this.#rate;
  }
}

const WINDOW = 20;
