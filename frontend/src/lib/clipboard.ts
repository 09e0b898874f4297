/** The Clipboard API exists on https and localhost only; elsewhere the old way. False when neither worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  const inFront = document.querySelector("[role=dialog], [role=alertdialog]") ?? document.body;
  inFront.append(area); // outside of an open dialog nothing can be selected
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
  }
}
