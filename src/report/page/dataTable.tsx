import type { VNode } from "preact";

/** Rows under a head; the first cell of each names it. `label` says what it is to those who cannot see it. */
export function DataTable({
  label,
  head,
  rows,
  narrow = false,
}: {
  label: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
  narrow?: boolean;
}): VNode {
  return (
    <div class={`scroll card${narrow ? " narrow" : ""}`} tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr>
              <th scope="row">{name}</th>
              {cells.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
