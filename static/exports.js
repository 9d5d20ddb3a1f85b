// The page of a file that is being made looks again by itself. Without it "Check again" does.
(() => {
  const PAUSE = 2000; // milliseconds between two looks
  const LONGEST = 30000; // between two looks while the portal cannot be reached
  const place = document.querySelector("[data-export]");
  const says = document.querySelector("[data-export-says]");
  if (!place) return;
  const state = () => place.querySelector("[data-state]")?.dataset.state;
  const unfinished = () => state() === "queued" || state() === "running";
  let pause = PAUSE;

  const show = (text) => {
    const before = state();
    const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    place.innerHTML = text;
    if (focused) [...place.querySelectorAll("a, button")].sort((one) => (one.getAttribute("href") === focused ? -1 : 0))[0]?.focus();
    // Said when something has happened, not with every step of the bar.
    if (state() !== before) says.textContent = (place.querySelector("[data-export-news]") ?? place.querySelector("p")).textContent;
  };

  const look = async () => {
    try {
      const answer = await fetch(location.pathname, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (answer.status === 404) return;
      if (!answer.ok) throw new Error(answer.statusText);
      show(await answer.text());
      pause = PAUSE;
    } catch {
      pause = Math.min(pause * 2, LONGEST);
    }
    if (unfinished()) setTimeout(look, pause);
  };

  if (unfinished()) setTimeout(look, PAUSE);
})();
