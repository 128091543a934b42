/** Calls back with each image file that is chosen, dropped anywhere on the page, or pasted. */
export function onImageFiles(input: HTMLInputElement, stage: HTMLElement, take: (file: File) => void): void {
  const first = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file && !input.disabled) take(file);
  };
  input.addEventListener("change", () => {
    first(input.files);
    input.value = ""; // the same file can be chosen again
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault(); // else the browser would open the file in place of the page
    stage.classList.add("over");
  });
  document.addEventListener("dragleave", () => { stage.classList.remove("over"); }); // prettier-ignore
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    stage.classList.remove("over");
    first(event.dataTransfer?.files);
  });
  document.addEventListener("paste", (event) => { first(event.clipboardData?.files); }); // prettier-ignore
}
