/** A value that stands for itself in a table. */
export type FlatValue = string | number | boolean | null;

/**
 * Options without nesting: { canvas: { width: 320 } } has "canvas.width", a list of plain values is one text, and one of
 * objects has "operations.0.name" and so on. What is undefined is left out.
 */
export function flatOptions(options: Readonly<Record<string, unknown>>): Record<string, FlatValue> {
  const flat: Record<string, FlatValue> = {};
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (typeof value !== "object" || value === null) flat[name] = value as FlatValue;
    else if (Array.isArray(value) && value.every(isPlain)) flat[name] = JSON.stringify(value);
    else for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner);
  };
  for (const [name, value] of Object.entries(options)) add(name, value);
  return flat;
}

/** Also true of a list of plain values, so that boxes and anchors stay together. */
function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null || (Array.isArray(value) && value.every(isPlain));
}
