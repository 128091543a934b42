/** The share of time that was spent waiting over the last while; pauses (validation) are left out by `restart`. */
export class WaitMeter {
  #since = performance.now();
  #waited = 0;
  #began: number | undefined;
  #share = 0;

  /** Waiting begins. */
  begin(): void {
    this.#began = performance.now();
  }

  /** Waiting ends. */
  end(): void {
    if (this.#began === undefined) return;
    this.#waited += performance.now() - this.#began;
    this.#began = undefined;
  }

  /** 0 to 1; call it while nothing waits. */
  share(): number {
    const passed = performance.now() - this.#since;
    if (passed > 0) this.#share = this.#waited / passed;
    if (passed > WINDOW) {
      // Half of the past is forgotten.
      this.#since += passed / 2;
      this.#waited /= 2;
    }
    return this.#share;
  }

  /** Starts a new measurement. */
  restart(): void {
    this.#since = performance.now();
    this.#waited = 0;
    this.#began = undefined;
  }
}

/** Milliseconds. */
const WINDOW = 20_000;
