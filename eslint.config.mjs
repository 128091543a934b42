import eslint from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** What Node gives every module; only the plain scripts need the list, TypeScript checks its own names. */
const nodeGlobals = Object.fromEntries(
  ["process", "console", "Buffer", "performance", "setTimeout", "clearTimeout", "URL", "AbortController"].map(
    (name) => [name, "readonly"],
  ),
);

/** What a browser gives the scripts of reports, and that of a server's page. */
const browserGlobals = Object.fromEntries(
  ["document", "requestAnimationFrame", "HTMLElement", "Option", "URL", "fetch", "performance"].map((name) => [
    name,
    "readonly",
  ]),
);

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "runs/", "coverage/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }], // const { left, out, ...rest } = all
    },
  },
  { files: ["**/*.{mjs,js}"], ...tseslint.configs.disableTypeChecked },
  { files: ["**/*.mjs"], languageOptions: { globals: nodeGlobals } },
  { files: ["src/report/**/*.js"], languageOptions: { sourceType: "script", globals: browserGlobals } },
  { files: ["src/serve/**/*.js"], languageOptions: { globals: browserGlobals } },
  prettier,
);
