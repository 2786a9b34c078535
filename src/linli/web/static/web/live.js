// A page that keeps itself up to date. A stream says only that something may have changed; the page then asks its own
// view again for the part of itself that may be different, and gets it only if it is. Without a stream it asks every 15 s.
const root = document.querySelector("[data-live]");
if (root) {
  const EVERY = 15000;
  const said = document.querySelector("[data-live-said]");
  const known = new Map(root.dataset.liveAt.split(" ").map((each) => each.split("=")));
  let ticket = root.dataset.liveTicket;
  let etag = "", source = null, heard = false, timer = 0, asking = false, again = false, told = 0;

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await ask();
      listen();
    }, wait);
  };

  // The reader's own place in a part outlives its renewal: what is open stays open, what has the focus keeps it.
  const places = (part) => [...part.querySelectorAll("a, button, input, summary")];
  const renew = (part, fresh) => {
    const held = places(part).indexOf(document.activeElement);
    const open = [...part.querySelectorAll("details")].map((each) => each.open);
    [...fresh.querySelectorAll("details")].forEach((each, n) => (each.open = open[n] || each.open));
    part.replaceWith(fresh);
    fresh.dispatchEvent(new CustomEvent("linli:fresh", { bubbles: true }));
    if (held >= 0 && places(fresh)[held]) places(fresh)[held].focus({ preventScroll: true });
  };
  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const fresh of page.querySelectorAll("[data-live-part]")) {
      const part = document.querySelector(`[data-live-part="${fresh.dataset.livePart}"]`);
      if (part && part.dataset.liveText !== fresh.innerHTML) {
        const text = fresh.innerHTML;
        renew(part, document.adoptNode(fresh));
        fresh.dataset.liveText = text;
      }
    }
    const words = document.querySelector("[data-live-part] .verdict-say");
    if (words && Date.now() - told > EVERY && said.textContent !== words.textContent) {
      told = Date.now();
      said.textContent = words.textContent;
    }
  };

  const ask = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    await new Promise((go) => setTimeout(go, Math.random() * 500));
    try {
      const joined = root.querySelector("[data-share][data-moved] input");
      const address = root.dataset.liveFrom + (joined ? `&joined=${joined.value}` : "");
      const answer = await fetch(address, { headers: etag ? { "If-None-Match": etag } : {}, redirect: "error" });
      if (answer.ok || answer.status === 304) {
        ticket = answer.headers.get("X-Live-Ticket");
        etag = answer.headers.get("ETag") || "";
        if (answer.ok) show(await answer.text());
        // Without a ticket there is nothing more to come: the result stands.
        if (!ticket && source) source.close();
      }
    } catch {
      // No network, or signed out meanwhile: the page stays as it is, and asks again later.
    }
    asking = false;
    if (again) {
      again = false;
      await ask();
    }
  };

  const listen = () => {
    if (document.hidden || source || !ticket) return;
    if (!root.dataset.liveStream || !window.EventSource) return later(EVERY);
    source = new EventSource(`${root.dataset.liveStream}?ticket=${encodeURIComponent(ticket)}`);
    source.onmessage = ({ data }) => {
      const [topic, version] = data.split(" ");
      heard = true;
      if (known.get(topic) === version) return;
      known.set(topic, version);
      ask();
    };
    // The stream ended with its ticket: ask for another, which the page's own view gives. One that was never heard is
    // not there: then the page asks as if there were none, and looks for the stream each time.
    source.onerror = () => {
      source.close();
      source = null;
      later(heard ? 2000 + Math.random() * 3000 : EVERY);
      heard = false;
    };
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && source) {
      source.close();
      source = null;
    }
    if (document.hidden) clearTimeout(timer);
    else later(0);
  });
  listen();
}
