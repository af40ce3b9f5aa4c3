// Keeps an open page true: when the square changes, its threads are fetched again and only what differs is exchanged,
// so that nobody loses what he is typing. Everything here is a convenience; the page works without it.

const news = document.querySelector(".news");

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    const today = moment.toDateString() === new Date().toDateString();
    const style = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    time.textContent = moment.toLocaleString(document.documentElement.lang, style);
  }
}

function count(area) {
  const limit = Number(area.dataset.limit);
  let counter = area.nextElementSibling;
  if (!counter || !counter.matches(".count")) {
    counter = document.createElement("output");
    counter.className = "count";
    area.after(counter);
  }
  const left = limit - [...area.value].length;
  counter.textContent = area.value ? `${left} ${area.dataset.left}` : "";
  counter.classList.toggle("over", left < 0);
}

function exchange(box, fresh) {
  const known = new Map([...box.querySelectorAll("[data-thread]")].map((card) => [card.dataset.thread, card]));
  let changed = false;
  let previous = null;
  for (const card of fresh.querySelectorAll("[data-thread]")) {
    const old = known.get(card.dataset.thread);
    if (!old) {
      card.classList.add("fresh");
      previous ? previous.after(card) : box.prepend(card);
      box.querySelector(".empty")?.remove();
      changed = true;
    } else if (old.dataset.mark !== card.dataset.mark) {
      const before = new Set([...old.querySelectorAll(".post")].map((post) => post.id));
      for (const post of card.querySelectorAll(".post")) if (!before.has(post.id)) post.classList.add("fresh");
      old.querySelector(".posts").replaceWith(card.querySelector(".posts"));
      const [here, there] = [old, card].map((each) => each.querySelector("input[name=in_reply_to]"));
      if (here && there) here.value = there.value;
      old.dataset.mark = card.dataset.mark;
      changed = true;
    }
    previous = old ?? card;
  }
  return changed;
}

let running = false;
let again = false;

async function look() {
  if (running) return void (again = true);
  running = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    let changed = false;
    for (const box of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${box.dataset.live}"]`);
      if (fresh) changed = exchange(box, fresh) || changed;
    }
    if (changed) {
      localTimes(document);
      news.textContent = news.dataset.news;
      setTimeout(() => (news.textContent = ""), 4000);
    }
  } finally {
    running = false;
    if (again) {
      again = false;
      look();
    }
  }
}

localTimes(document);
document.addEventListener("input", (event) => event.target.matches("textarea[data-limit]") && count(event.target));
new EventSource("/live").addEventListener("change", look);
