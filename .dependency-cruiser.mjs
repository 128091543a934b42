const tasks = ["detection", "classification", "segmentation", "sequence", "keras"];

/** Imports point one way, from a layer to the ones after it. Tasks are one layer and never import each other. */
const layers = [
  ["cli"],
  ["serve"],
  ["report"],
  ["monitoring"],
  tasks,
  ["training"],
  ["export"],
  ["core"],
  ["engine"],
  ["base"],
  ["geometry"],
];

const inside = (folders) => `^src/(${folders.join("|")})/`;

/** Layers that stand on models.ts. */
const ABOVE_MODELS = ["serve"];

const layerRules = layers.slice(1).map((folders, index) => ({
  name: `${folders.join("-")}-imports-downwards`,
  comment: `${folders.join(", ")} must not import from a layer above`,
  severity: "error",
  from: { path: inside(folders) },
  to: {
    path: [inside(layers.slice(0, index + 1).flat()), "^src/[^/]+$"],
    ...(ABOVE_MODELS.includes(folders[0]) && { pathNot: "^src/models\\.ts$" }),
  },
}));

const taskRule = {
  name: "tasks-stay-apart",
  comment: "task folders never import each other: what two of them need moves down",
  severity: "error",
  from: { path: `^src/(${tasks.join("|")})/` },
  to: { path: `^src/(${tasks.join("|")})/`, pathNot: "^src/$1/" },
};

export default {
  forbidden: [
    ...layerRules,
    taskRule,
    {
      name: "models-stand-under-what-uses-them",
      comment: "models.ts knows the tasks, and neither reports, servers nor commands",
      severity: "error",
      from: { path: "^src/models\\.ts$" },
      to: { path: inside(["report", "serve", "cli"]) },
    },
    {
      name: "data-and-metrics-stand-low",
      comment: "data and metrics import base and geometry alone",
      severity: "error",
      from: { path: "^src/(data|metrics)/" },
      to: { path: "^src/", pathNot: "^src/($1|base|geometry)/" },
    },
    {
      name: "data-and-metrics-from-training-upwards",
      comment: "the layers below training know neither data sets nor metrics",
      severity: "error",
      from: { path: inside(["core", "engine", "base", "geometry"]) },
      to: { path: inside(["data", "metrics"]) },
    },
    {
      name: "geometry-imports-nothing",
      comment: "geometry runs in a browser and loads in a millisecond",
      severity: "error",
      from: { path: inside(["geometry"]) },
      to: { pathNot: inside(["geometry"]) },
    },
    {
      name: "no-tensors-here",
      comment: "geometry, data and metrics know no tensors; base knows no engine",
      severity: "error",
      from: { path: inside(["base", "geometry", "data", "metrics"]) },
      to: { path: "node_modules/@tensorflow/" },
    },
    {
      name: "metrics-read-no-files",
      comment: "metrics run in a browser",
      severity: "error",
      from: { path: inside(["metrics"]) },
      to: { dependencyTypes: ["core"] },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "source-stands-alone",
      comment: "what is published must not need tests, benchmarks or development packages",
      severity: "error",
      from: { path: "^src/" },
      to: {
        path: ["^(test|bench|scripts|annotations)/", "node_modules/"],
        dependencyTypesNot: ["npm", "npm-peer", "npm-optional", "type-only"],
      },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
