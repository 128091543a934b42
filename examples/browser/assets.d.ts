declare module "*.wasm?url" {
  /** Where the bundle has the file. */
  const url: string;
  export default url;
}
