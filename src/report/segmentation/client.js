// @ts-check
// The report's script: how much the colours cover of the images. Runs in the browser, as it stands.
(() => {
  const slider = /** @type {HTMLInputElement | null} */ (document.getElementById("opacity"));
  const show = () => document.documentElement.style.setProperty("--opacity", slider?.value ?? "");
  slider?.addEventListener("input", show);
  if (slider) show();
})();
