// The share per household: the number field becomes a slider that picks a row of the server's table.
// No amount is computed here; each stands in the table to the fen.
const enhance = (share) => {
  const rows = new Map([...share.querySelectorAll("tr[data-joined]")].map((row) => [row.dataset.joined, row]));
  const bars = [...share.querySelectorAll("rect[data-joined]")];
  const amount = share.querySelector("[data-share-amount]").firstChild;
  const sentence = share.querySelector("[data-share-sentence]");
  const field = share.querySelector("input");
  const form = share.querySelector("[data-share-form]");

  const show = () => {
    const far = (joined) => Math.abs(joined - field.value);
    const now = [...rows.keys()].map(Number).reduce((one, other) => (far(other) < far(one) ? other : one));
    const row = rows.get(String(now));
    amount.data = row.querySelector(".money").textContent;
    sentence.textContent = row.dataset.sentence;
    for (const bar of bars) {
      const joined = Number(bar.dataset.joined);
      if (joined === now) bar.dataset.at = "here";
      else if (joined < now) bar.dataset.at = "before";
      else delete bar.dataset.at;
    }
    const part = (100 * (now - Number(field.min))) / (Number(field.max) - Number(field.min) || 1);
    field.style.setProperty("--part", `${part}%`);
    field.setAttribute("aria-valuetext", `${row.cells[0].textContent}: ${row.cells[1].textContent}`);
  };

  field.type = "range";
  field.className = "range";
  field.removeAttribute("data-width");
  form.querySelector("button").hidden = true;
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", show);
  // A curve that keeps itself up to date leaves the slider where its reader put it.
  field.addEventListener("input", () => (share.dataset.moved = ""));
  show();
};
for (const share of document.querySelectorAll("[data-share]")) enhance(share);
document.addEventListener("linli:fresh", ({ target }) => {
  for (const share of target.querySelectorAll("[data-share]")) enhance(share);
});
