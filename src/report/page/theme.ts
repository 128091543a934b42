/**
 * The page's colours by name: light and dark. Those of series and outcomes can be told apart with any of the common
 * colour vision deficiencies (after Okabe and Ito, "Color Universal Design", 2008), and stand out from the ground
 * (3:1 and more); text has 4.5:1.
 */
const THEME = {
  ground: ["#f5f6f8", "#0d1117"],
  card: ["#ffffff", "#161b22"],
  ink: ["#14171c", "#e9edf2"],
  muted: ["#59616e", "#9aa5b4"],
  line: ["#e2e5ea", "#2b323d"],
  accent: ["#2456d6", "#86a8ff"],
  onAccent: ["#ffffff", "#0d1117"],
  right: ["#00835e", "#2fc492"],
  wrong: ["#c4480a", "#ff8a52"],
  missed: ["#8a6a00", "#e8c042"],
  series0: ["#0068b0", "#5cb4f0"],
  series1: ["#c4480a", "#ff8a52"],
  series2: ["#00835e", "#2fc492"],
  series3: ["#a8487f", "#e28dbd"],
  series4: ["#8a6a00", "#e8c042"],
  series5: ["#5b43b5", "#ab9bf5"],
  series6: ["#0f8a96", "#4fd0da"],
  series7: ["#6d6d6d", "#b5b5b5"],
} as const satisfies Record<string, readonly [string, string]>;

export type ColorName = keyof typeof THEME;

/** How many colours there are for series. */
export const SERIES = 8;

/** The name of a series' colour. */
export function seriesColor(index: number): ColorName {
  return `series${index % SERIES}` as ColorName;
}

/** CSS that sets each colour as a variable, `--ink` and so on, for light and for dark. */
export function themeCss(): string {
  const variables = (mode: 0 | 1): string =>
    names.map((name) => `${variableName(name)}: ${THEME[name][mode]};`).join(" ");
  return (
    `:root { color-scheme: light dark; ${variables(0)} }\n` +
    `@media (prefers-color-scheme: dark) { :root { ${variables(1)} } }\n` +
    `@media print { :root { color-scheme: light; ${variables(0)} } }\n`
  );
}

const names = Object.keys(THEME) as ColorName[];
const FIRST = 0xa1b2c0;

/** Vega wants true colours: these stand for the variables, and are replaced when the plot is drawn. */
export const svgColors = {
  names: Object.fromEntries(names.map((name, i) => [name, `#${(FIRST + i).toString(16)}`])) as Record<
    ColorName,
    string
  >,
  pattern: /#a1b2[c-d][0-9a-f]/g,
  variableOf: (color: string): string => {
    const name = names[parseInt(color.slice(1), 16) - FIRST];
    return name === undefined ? color : `var(${variableName(name)})`;
  },
};

function variableName(name: ColorName): string {
  return `--${name}`;
}
