// What every page can do a little better with a script: print, copy, and look first at what is to be mended.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const box = document.getElementById(button.dataset.copy);
    box.select();
    // Old browsers, and pages without https, know the second way only.
    try {
      await navigator.clipboard.writeText(box.value);
    } catch {
      if (!document.execCommand("copy")) return;
    }
    const said = button.parentElement.querySelector("[data-done]");
    said.textContent = said.dataset.done;
  });
}
const faults = document.querySelector("[data-look-here]");
if (faults) faults.focus();
