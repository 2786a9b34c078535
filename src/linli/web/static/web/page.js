// What every page can do a little better with a script: print, and look first at what is to be mended.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
const faults = document.querySelector("[data-look-here]");
if (faults) faults.focus();
