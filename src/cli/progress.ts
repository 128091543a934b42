import { MultiBar, type SingleBar } from "cli-progress";

/** How far something is. */
export interface ProgressState {
  /** Share that is done, 0..1. */
  fraction: number;
  /** What else there is to say, such as "epoch 3, loss 0.52, 31 images/s". */
  text: string;
  /** Seconds left, when that can be said. */
  remaining?: number;
}

/** Shows progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere. */
export class Progress {
  readonly #label: string;
  readonly #bars: MultiBar | undefined;
  #bar: SingleBar | undefined;
  #lastLine = performance.now();

  constructor(label: string, terminal = process.stderr.isTTY) {
    this.#label = label;
    if (!terminal) return;
    const format = `${label} [{bar}] {percent} | {text}{left}`;
    // Ctrl-C is the runner's business, not the bar's
    this.#bars = new MultiBar({ format, barsize: 24, hideCursor: true, gracefulExit: false, clearOnComplete: true });
  }

  update({ fraction, text, remaining }: ProgressState): void {
    const percent = `${Math.floor(100 * fraction)}%`.padStart(4);
    const left = remaining === undefined ? "" : ` | ${duration(remaining)} left`;
    if (this.#bars) {
      this.#bar ??= this.#bars.create(BAR_STEPS, 0, { percent, text, left });
      this.#bar.update(Math.round(BAR_STEPS * fraction), { percent, text, left });
    } else if (performance.now() - this.#lastLine >= LINE_INTERVAL) {
      this.#lastLine = performance.now();
      process.stderr.write(`${this.#label} ${percent.trimStart()} | ${text}${left}\n`);
    }
  }

  /** Prints a line that stays, above the bar. */
  log(text: string): void {
    if (this.#bars && this.#bar) this.#bars.log(`${text}\n`);
    else process.stderr.write(`${text}\n`);
  }

  /** Takes the bar away and gives the terminal its cursor back. */
  stop(): void {
    this.#bars?.update();
    this.#bars?.stop();
    this.#bar = undefined;
  }
}

const BAR_STEPS = 1000;
/** Milliseconds between two lines where there is no terminal. */
const LINE_INTERVAL = 5000;

/** Seconds as people write them: 48s, 3m20s, 2h05m. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const pad = (n: number): string => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`;
}
