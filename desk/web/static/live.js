// Keeps an open page true: on news it is fetched again, and the regions marked data-live are exchanged; never one in
// which somebody is typing.

const CHANGED = "input:not([type=hidden]), textarea, select";

function differs(field) {
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected) && field.selectedIndex > 0;
  return field.value !== field.defaultValue;
}

function busy(region) {
  const focused = region.contains(document.activeElement) && document.activeElement.matches(CHANGED);
  return focused || [...region.querySelectorAll(CHANGED)].some(differs);
}

// Nothing moves under the hand of whoever works in a list: what was there stays in its order, what is new comes below,
// and a link offers to sort again.
function steady(region, fresh) {
  const list = fresh.querySelector("ol.lines");
  const key = (item) => item.querySelector("a[id]")?.id;
  const known = [...region.querySelectorAll("ol.lines > li")].map(key);
  if (!list || !known.length) return;
  const items = new Map([...list.children].map((item) => [key(item), item]));
  const sorted = [...items.keys()];
  const kept = known.filter((id) => items.has(id));
  const order = [...kept, ...sorted.filter((id) => !kept.includes(id))];
  list.append(...order.map((id) => items.get(id)));
  document.getElementById("resort").hidden = order.every((id, at) => id === sorted[at]);
}

function exchange(region, fresh) {
  const open = [...region.querySelectorAll("details[open][id]")].map((details) => details.id);
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  const told = region.dataset.mark !== undefined && region.dataset.mark !== fresh.dataset.mark;
  region.replaceWith(fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  window.htmx?.process(fresh);
  return told;
}

export function live() {
  const news = document.getElementById("news");
  let running = false;
  let again = false;
  let lost = false;

  function tell(words) {
    news.textContent = words;
    setTimeout(() => news.textContent === words && (news.textContent = ""), 5000);
  }

  async function look() {
    if (running) return void (again = true);
    running = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      let told = false;
      for (const region of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(region.id);
        if (!fresh) continue;
        if (region.dataset.steady !== undefined) steady(region, fresh);
        if (fresh.isEqualNode(region)) continue;
        if (!busy(region)) told = exchange(region, document.adoptNode(fresh)) || told;
      }
      document.title = page.title;
      if (told) tell(news.dataset.news);
    } catch {
      // The stream says when the desk is back.
    } finally {
      running = false;
      if (again) {
        again = false;
        look();
      }
    }
  }

  // A page that shows the answer to a form cannot be fetched again.
  if (document.querySelector("main [role=alert], main .done")) return;
  const stream = new EventSource("/live");
  stream.addEventListener("news", look);
  stream.addEventListener("error", () => {
    if (!lost) news.textContent = news.dataset.lost;
    lost = true;
  });
  stream.addEventListener("open", () => {
    if (lost) tell(news.dataset.back);
    lost = false;
  });
}
