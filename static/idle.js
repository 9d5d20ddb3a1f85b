// Warns before somebody is signed out for want of a visit. Without it the session ends all the same; drafts are kept.
(() => {
  const dialog = document.getElementById("idle");
  if (!dialog || !dialog.showModal) return;
  const part = (name) => dialog.querySelector(`[data-idle-${name}]`);
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  let ends; // milliseconds, by this computer's own clock
  let warns;
  let told = "";

  // Five minutes before the end; of a short session, a third of it.
  const warning = Math.min(300, Number(dialog.dataset.length) / 3) * 1000;

  const begin = (seconds) => {
    ends = Date.now() + seconds * 1000;
    warns = ends - warning;
    told = "";
  };

  const ask = async (method) => {
    try {
      const headers = method === "POST" ? { "X-CSRFToken": token } : {};
      const answer = await fetch(dialog.dataset.address, { method, headers, redirect: "error" });
      // A token that is refused belongs to somebody who was signed out.
      if (answer.status === 403) return 0;
      return answer.ok ? (await answer.json()).seconds : null;
    } catch {
      return null;
    }
  };

  const words = (seconds) => {
    const minutes = Math.ceil(seconds / 60);
    if (seconds > 60) return `${minutes} minutes`;
    return seconds > 30 ? "1 minute" : seconds > 10 ? "30 seconds" : "10 seconds";
  };

  const over = () => {
    ends = Infinity;
    part("title").textContent = "You have been signed out";
    part("words").textContent = "Nobody used the portal here for too long.";
    part("stay").hidden = true;
    const link = part("sign-in");
    link.href = `${dialog.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.hidden = false;
    if (!dialog.open) dialog.showModal();
    part("title").focus();
  };

  const look = async () => {
    const now = Date.now();
    if (now >= ends) {
      // Perhaps another tab was used meanwhile, or this computer slept.
      const seconds = await ask("GET");
      if (seconds) {
        begin(seconds);
        if (dialog.open && Date.now() < warns) dialog.close();
      } else if (seconds === 0) over();
      return;
    }
    if (now < warns) return;
    if (!dialog.open) {
      const seconds = await ask("GET");
      if (seconds === 0) return over();
      if (seconds) begin(seconds);
      if (Date.now() < warns) return;
      dialog.showModal();
      part("title").focus();
    }
    const left = words((ends - Date.now()) / 1000);
    part("time").textContent = left;
    if (left !== told) part("told").textContent = `You will be signed out in ${left}.`;
    told = left;
  };

  const stay = async () => {
    const seconds = await ask("POST");
    if (seconds) {
      begin(seconds);
      dialog.close();
    } else if (seconds === 0) over();
    else part("told").textContent = "The portal cannot be reached at the moment. Try again.";
  };

  begin(Number(dialog.dataset.seconds));
  part("stay").addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => {
    // Escape means: I am here.
    event.preventDefault();
    if (part("stay").hidden) dialog.close();
    else stay();
  });
  // What is kept while typing is a visit too; how much time it gave is asked when the warning would be due.
  let busy = false;
  setInterval(async () => {
    if (busy) return;
    busy = true;
    await look();
    busy = false;
  }, 1000);
})();
