// A signature drawn with a finger, a pen or a mouse. Without this script, or where somebody would rather not draw, the
// name is typed into the plain field instead.
for (const pad of document.querySelectorAll("[data-sign]")) {
  const form = pad.closest("form");
  const canvas = pad.querySelector("canvas");
  const typed = form.querySelector("[data-sign-typed]");
  const kept = form.querySelector("[data-sign-kept]");
  const missing = pad.querySelector("[data-sign-missing]");
  const pen = canvas.getContext("2d");
  let last = null, drawn = 0;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    last = null;
    drawn = 0;
  };
  const line = (from, to) => {
    pen.lineWidth = 9;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#211d18";
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
    drawn += Math.hypot(to[0] - from[0], to[1] - from[1]);
    missing.hidden = true;
  };
  const draws = (yes) => {
    pad.hidden = !yes;
    typed.hidden = yes;
    typed.querySelector("input").required = !yes;
    if (!yes) clear();
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    line(last, [last[0] + 0.1, last[1]]);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const here = at(event);
    line(last, here);
    last = here;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = null));
  pad.querySelector("[data-sign-again]").addEventListener("click", clear);
  pad.querySelector("[data-sign-type]").addEventListener("click", () => {
    draws(false);
    typed.querySelector("input").focus();
  });
  const back = typed.querySelector("[data-sign-draw]");
  back.hidden = false;
  back.addEventListener("click", () => draws(true));
  form.addEventListener("submit", (event) => {
    kept.value = "";
    if (pad.hidden) return;
    if (drawn < 200) {
      event.preventDefault();
      missing.hidden = false;
      canvas.focus();
      return;
    }
    kept.value = canvas.toDataURL("image/png");
  });

  clear();
  draws(!typed.querySelector("input").value);
}
