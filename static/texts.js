// Shows what is typed for a report as it will be printed, while it is typed. Without it the button "Preview" does.
(() => {
  const PAUSE = 300; // milliseconds without a key before the preview is asked for

  for (const writing of document.querySelectorAll("[data-writing]")) {
    const form = writing.querySelector("form");
    const box = form.querySelector("textarea");
    const sheet = writing.querySelector("[data-preview]");
    const trouble = writing.querySelector("[data-preview-trouble]");
    let timer;
    let asked = 0;

    const look = async () => {
      const mine = ++asked;
      const body = new FormData(form);
      body.set("text", box.value);
      try {
        const answer = await fetch(writing.dataset.previewAddress, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, redirect: "error" });
        if (!answer.ok) throw new Error(answer.statusText);
        const printed = await answer.text();
        if (mine !== asked) return; // something was typed since
        sheet.innerHTML = printed;
        trouble.hidden = true;
      } catch {
        if (mine === asked) trouble.hidden = false;
      }
    };

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    });
    writing.querySelector("[data-preview-button]").hidden = true;
    look();
  }
})();
