import type { ComponentChildren, VNode } from "preact";
import type { Estimate } from "../../metrics/estimate.ts";
import { rate } from "./text.ts";

/** A number that stands large, and what it means. */
export function Tile({ name, value, children }: { name: string; value: string; children: ComponentChildren }): VNode {
  return (
    <div class="tile card">
      <p class="name">{name}</p>
      <p class="value">{value}</p>
      <p class="hint">{children}</p>
    </div>
  );
}

/** A number of 0 to 1 with a bar and, where it is known, the interval that it lies in. */
export function ShareTile({
  name,
  hint,
  value,
  estimate,
}: {
  name: string;
  hint: string;
  value: number;
  estimate?: Pick<Estimate, "low" | "high"> | undefined;
}): VNode {
  const at = (share: number): string => `${(share * 100).toFixed(1)}%`;
  const known = estimate !== undefined && Number.isFinite(estimate.low);
  return (
    <div class="tile card">
      <p class="name">{name}</p>
      <p class="value">{rate(value)}</p>
      <div class="track" aria-hidden="true">
        {Number.isFinite(value) && <span class="level" style={`width:${at(value)}`} />}
        {known && (
          <span class="interval" style={`left:${at(estimate.low)};width:${at(estimate.high - estimate.low)}`} />
        )}
      </div>
      <p class="hint">
        {known && (
          <span>
            {rate(estimate.low)} to {rate(estimate.high)} ·{" "}
          </span>
        )}
        {hint}
      </p>
    </div>
  );
}
