// Entering a stack of slips by keyboard alone: 1 to 4 answer and go on, arrows and Enter move, Backspace clears, Ctrl + Enter saves.
// What a slip needs in writing is asked for before going on.
// The lines are a plain form of radio buttons; without this script it is sent as it is.
for (const stack of document.querySelectorAll("[data-slips]")) {
  const slips = [...stack.querySelectorAll("[data-slip]")];
  const voice = stack.querySelector("[data-slips-voice]");
  const form = stack.closest("form");
  const send = form && form.querySelector("[data-slips-send]");
  const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const doorOf = (slip) => slip.querySelector("[data-slip-door]").textContent;
  const keysOf = (slip) => [...slip.querySelectorAll("input[type=radio]")];
  const chosen = (slip) => keysOf(slip).find((key) => key.checked);

  // Slips are numbered as they are entered: the first photo of the stack belongs to the first slip.
  const order = form && form.querySelector("[data-slips-order]");
  const entered = slips.filter((slip) => chosen(slip)).map((slip) => slip.id);
  const remember = (slip) => {
    const at = entered.indexOf(slip.id);
    if (at >= 0 && !chosen(slip)) entered.splice(at, 1);
    if (at < 0 && chosen(slip)) entered.push(slip.id);
    if (order) order.value = entered.map((id) => id.replace("slip-", "")).join(" ");
  };

  // What takes the place of a voice asks for its reason; a line that was not touched asks nothing.
  const touched = (slip) => {
    const key = chosen(slip), box = slip.querySelector("input[type=checkbox]");
    return (key ? key.value : "") !== slip.dataset.stands || (box && box.checked !== box.defaultChecked);
  };
  const asks = (slip) => {
    const ask = slip.querySelector("[data-slip-ask]");
    if (ask) ask.parentElement.hidden = !(ask.value || slip.hasAttribute("data-wrong") || touched(slip));
    return ask && !ask.parentElement.hidden && !ask.value ? ask : null;
  };

  const count = () => {
    const out = form && form.querySelector("[data-slips-count]");
    if (out) out.textContent = `${slips.filter(chosen).length}/${slips.length}`;
  };
  const mark = (slip) => {
    for (const other of slips) other.toggleAttribute("data-here", other === slip);
  };
  const goTo = (index) => {
    const slip = slips[index];
    if (!slip) return false;
    (chosen(slip) || keysOf(slip)[0]).focus();
    slip.scrollIntoView({ block: "nearest" });
    return true;
  };
  const goOn = (index, said) => {
    const next = slips[index + 1];
    voice.textContent = said + (next ? fill(stack.dataset.on, { door: doorOf(next) }) : stack.dataset.done);
    if (!goTo(index + 1) && send) {
      mark(null);
      send.focus();
    }
  };
  const answer = (index, key) => {
    key.checked = true;
    remember(slips[index]);
    count();
    const ask = asks(slips[index]);
    if (ask) return ask.focus();
    goOn(index, fill(stack.dataset.said, { door: doorOf(slips[index]), voice: key.parentElement.textContent.trim() }));
  };
  const clear = (index) => {
    const key = chosen(slips[index]);
    if (!key) return goTo(index - 1);
    key.checked = false;
    remember(slips[index]);
    asks(slips[index]);
    count();
    voice.textContent = fill(stack.dataset.cleared, { door: doorOf(slips[index]) });
    return goTo(index);
  };

  stack.addEventListener("keydown", (event) => {
    const index = slips.indexOf(event.target.closest("[data-slip]"));
    if (event.key === "Enter" && event.ctrlKey && send) {
      event.preventDefault();
      return send.click();
    }
    if (index < 0 || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const writing = !event.target.matches("input[type=radio]");
    if (writing && !["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    const key = keysOf(slips[index])[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key)) key && answer(index, key);
    else if (event.key === "Enter") goOn(index, "");
    else if (event.key === "ArrowDown") goTo(index + 1);
    else if (event.key === "ArrowUp") goTo(index - 1);
    else if (event.key === "Backspace") clear(index);
    else return;
    event.preventDefault();
  });
  stack.addEventListener("focusin", (event) => mark(event.target.closest("[data-slip]")));
  stack.addEventListener("change", (event) => {
    remember(event.target.closest("[data-slip]"));
    asks(event.target.closest("[data-slip]"));
    count();
  });
  stack.querySelector("[data-slips-keys]").hidden = false;
  slips.forEach(asks);
  count();
  // A clerk who opens a stack types at once; what the page has to say is read first.
  const said = document.querySelector("[data-look-here], .said");
  if (!said && matchMedia("(hover: hover)").matches) goTo(slips.findIndex((slip) => !chosen(slip)));
}
