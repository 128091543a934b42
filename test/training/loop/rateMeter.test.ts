import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RateMeter } from "../../../src/training/loop/rateMeter.ts";

describe("RateMeter", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function count(meter: RateMeter, seconds: number, things: number): number {
    vi.advanceTimersByTime(1000 * seconds);
    meter.count(things);
    return meter.perSecond();
  }

  it("is things a second since it began", () => {
    const meter = new RateMeter();
    expect(meter.perSecond()).toBe(0);
    expect(count(meter, 2, 8)).toBe(4);
    expect(count(meter, 6, 4)).toBe(1.5); // 12 in 8 s
    expect(count(meter, 4, 12)).toBe(2); // 24 in 12 s
  });

  it("forgets half of the past after twenty seconds", () => {
    const meter = new RateMeter();
    expect(count(meter, 20, 80)).toBe(4); // not yet more than twenty
    expect(count(meter, 4, 16)).toBe(4); // 96 in 24 s, of which 48 in 12 s are kept
    expect(count(meter, 4, 0)).toBe(3); // 48 in 16 s
  });

  it("comes to the new rate where the rate changes", () => {
    const meter = new RateMeter();
    for (let i = 0; i < 100; i++) count(meter, 1, 10);
    for (let i = 0; i < 60; i++) count(meter, 1, 30);
    expect(meter.perSecond()).toBeGreaterThan(28);
    expect(meter.perSecond()).toBeLessThan(30);
  });

  it("begins anew after a pause, and tells the old rate until something is counted", () => {
    const meter = new RateMeter();
    count(meter, 2, 8);
    vi.advanceTimersByTime(60_000);
    meter.restart();
    expect(meter.perSecond()).toBe(4);
    expect(count(meter, 1, 6)).toBe(6);
  });
});
