import type * as tf from "@tensorflow/tfjs";
import { compileProgram, type Precision, type Program } from "../engine/graph/program.ts";
import type { NamedTensors, Step } from "../engine/graph/step.ts";

/** Steps that are kept, at most: data whose shapes differ from batch to batch would fill the memory with graphs. */
const MOST_STEPS = 16;

/**
 * A program that gains a step when one is asked for that it does not have, as a `tf.function` is traced again for new
 * shapes: it is compiled anew, with the values of its variables. Variables that others have assigned since are noticed.
 */
export class GrowingProgram {
  readonly #variables: readonly tf.Variable[];
  readonly #precision: Precision;
  #steps = new Map<string, Step>(); // the one that was used last comes last
  #program: Program | undefined;
  #names = new Map<string, string>();
  #made = 0;
  #seen: readonly tf.DataId[] = []; // of the variables, when their values were last the program's
  #ahead = false; // the program's values are newer than the variables'

  constructor(variables: readonly tf.Variable[], precision: Precision) {
    this.#variables = variables;
    this.#precision = precision;
  }

  /** Compiles the steps that it does not have, all at once. */
  async require(steps: ReadonlyMap<string, () => Step>): Promise<void> {
    const fresh = [...steps].filter(([key]) => !this.#steps.has(key));
    if (fresh.length === 0) return;
    const kept = [...this.#steps].slice(-Math.max(0, MOST_STEPS - fresh.length));
    const all = new Map([...kept, ...fresh.map(([key, make]) => [key, make()] as const)]);
    for (const [key] of fresh) this.#names.set(key, `step${this.#made++}`);
    const named = Object.fromEntries([...all].map(([key, step]) => [this.#nameOf(key), step]));
    this.pull();
    const program = await compileProgram(named, { variables: this.#variables, precision: this.#precision });
    this.#program?.dispose();
    this.#program = program;
    this.#steps = all;
    this.#seen = this.#ids();
  }

  /** Runs a step that is there; the caller disposes of what goes in and what comes out. */
  run(key: string, inputs: NamedTensors): NamedTensors {
    if (!this.#program) throw new Error("nothing is compiled yet");
    this.#notice();
    const step = this.#steps.get(key) as Step;
    this.#steps.delete(key);
    this.#steps.set(key, step);
    this.#ahead = true;
    return this.#program.run(this.#nameOf(key), inputs);
  }

  /** Gives the variables the program's values. */
  pull(): void {
    this.#notice();
    if (!this.#ahead) return;
    this.#program?.pull();
    this.#ahead = false;
    this.#seen = this.#ids();
  }

  dispose(): void {
    this.#program?.dispose();
    this.#program = undefined;
    this.#steps.clear();
  }

  /** Takes the values of variables that somebody has assigned. */
  #notice(): void {
    if (this.#program?.mode !== "graph") return;
    const ids = this.#ids();
    const assigned = this.#variables.filter((_, i) => ids[i] !== this.#seen[i]);
    if (assigned.length === 0) return;
    if (this.#ahead) this.#program.pull(this.#variables.filter((variable) => !assigned.includes(variable)));
    this.#program.push();
    this.#ahead = false;
    this.#seen = this.#ids();
  }

  #ids(): tf.DataId[] {
    return this.#variables.map(({ dataId }) => dataId);
  }

  #nameOf(key: string): string {
    return this.#names.get(key) ?? key;
  }
}
