// Update forms: asks only what goes with the rating chosen, keeps what is typed on the server, opens rows of My actions in
// place and sends all that are ready in one go. Without it every question stands there and every row is a page.
(() => {
  const PAUSE = 700; // milliseconds without a key before what was typed is kept
  const AGAIN = 5000; // milliseconds until a keeping that failed is tried once more
  const forms = new Map(); // form → what this script knows of it
  const sendAll = document.getElementById("send-ready");

  const field = (form, name) => form.querySelector(`[name="${form.dataset.prefix}${name}"]`);
  const rated = (form) => form.querySelector(`[name="${form.dataset.prefix}rating"]:checked`)?.value;
  const text = (form, name) => {
    const box = field(form, name);
    return box && !box.closest("[data-asked-for][hidden]") ? box.value.trim() : "";
  };

  // --- What goes with the rating ---

  const show = (form) => {
    const chosen = rated(form);
    for (const section of form.querySelectorAll("[data-asked-for]")) {
      section.hidden = !section.dataset.askedFor.split(" ").includes(chosen);
    }
    // An answer that is not asked for any more is sent all the same: the other rating may be chosen again after a refusal,
    // and the server leaves out, and says so, what does not go with the rating.
    for (const fold of form.querySelectorAll("details[data-opens-for]")) if (fold.dataset.opensFor === chosen) fold.open = true;
  };

  const suggest = (form) => {
    const place = form.querySelector("[data-suggestion]");
    if (!place) return;
    const left = [...form.querySelectorAll("[data-milestone]")].filter((box) => !box.checked);
    const wanted = left.length ? String(left.filter((box) => box.dataset.milestone === "missed").length) : "done";
    for (const sentence of place.children) sentence.hidden = sentence.dataset.suggests !== wanted;
  };

  const warnOfTheEnd = (form) => {
    const [day, month, year] = [0, 1, 2].map((part) => text(form, `new_due_on_${part}`));
    const warning = form.querySelector("[data-beyond]");
    const whole = /^\d{1,2}$/.test(day) && /^\d{1,2}$/.test(month) && /^\d{4}$/.test(year);
    const typed = whole ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : "";
    const beyond = typed > form.dataset.planEnds;
    if (warning) warning.textContent = beyond ? `The plan ends on ${form.dataset.planEndsWords}. Say in the reason why the action goes on after that.` : "";
    if (warning) warning.hidden = !beyond;
  };

  // --- Ready or not: at once by what is filled in, then by what the server says of it ---

  const looksReady = (form) => {
    const rating = rated(form);
    if (!rating || !text(form, "narrative")) return false;
    const troubled = rating === "at_risk" || rating === "off_track" || (rating === "on_track" && form.dataset.pastDue);
    if (troubled && !text(form, "reason")) return false;
    if (text(form, "new_due_on_0") && !text(form, "new_due_reason")) return false;
    return rating !== "complete" || Boolean(text(form, "achievement") && text(form, "completed_on_0"));
  };

  const isReady = (row) => {
    const form = row.querySelector("form[data-update-form]");
    if (!form) return row.dataset.ready === "yes";
    return looksReady(form) && !forms.get(form).refused;
  };

  const count = () => {
    if (!sendAll) return;
    const rows = [...document.querySelectorAll("[data-row]")];
    const ready = rows.filter(isReady);
    for (const row of rows) row.querySelector("[data-ready-mark]").hidden = !ready.includes(row);
    const of = Math.max(Number(sendAll.dataset.of), ready.length);
    const words = `${ready.length} of ${of} ready`;
    const place = sendAll.querySelector("[data-ready-words]");
    if (place.textContent !== words) place.textContent = words;
    sendAll.querySelector("[data-ready-number]").textContent = ready.length;
    sendAll.hidden = ready.length === 0;
    for (const old of sendAll.querySelectorAll("input[name=row]")) old.remove();
    for (const row of ready) {
      const named = document.createElement("input");
      Object.assign(named, { type: "hidden", name: "row", value: row.dataset.row });
      sendAll.append(named);
    }
  };

  // --- Keeping what is typed ---

  const typedIn = (form) => {
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    return body;
  };

  const wordsOf = (form) => {
    const body = typedIn(form);
    body.delete(`${form.dataset.prefix}draft`); // ours, not typed
    return new URLSearchParams(body).toString();
  };

  // --- Back, and once more ---

  // What a form says, less what the page puts into it anew each time.
  const answersOf = (form) => {
    const body = typedIn(form);
    for (const name of ["submission_key", "seen", "draft", "writer"]) body.delete(`${form.dataset.prefix}${name}`);
    body.delete("csrfmiddlewaretoken");
    return new URLSearchParams(body).toString();
  };

  // The browser's Back brings the answers and a page with a new key. As long as they are the same, so is the key, and the
  // server knows the second sending for what it is.
  const rememberSending = (form) => {
    const sent = { ...history.state?.sent, [form.dataset.action]: { key: field(form, "submission_key").value, answers: answersOf(form) } };
    history.replaceState({ ...history.state, sent }, "");
  };

  const chooseKey = (form) => {
    const sent = history.state?.sent?.[form.dataset.action];
    const again = sent && sent.answers === answersOf(form);
    field(form, "submission_key").value = again ? sent.key : forms.get(form).key;
  };

  const say = (form, kept, trouble = "") => {
    form.querySelector("[data-draft-status]").textContent = kept;
    const place = form.querySelector("[data-draft-trouble]");
    if (place.textContent !== trouble) place.textContent = trouble;
    place.hidden = !trouble;
  };

  const keep = async (form, leaving = false) => {
    const known = forms.get(form);
    clearTimeout(known.timer);
    if (!known.dirty || known.sending) return;
    known.dirty = false;
    const stamp = ++known.stamp;
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body: typedIn(form),
        headers: { "X-Requested-With": "fetch" },
        keepalive: leaving,
        redirect: "error",
      });
      if (stamp !== known.stamp) return;
      if (answer.status === 401) {
        known.dirty = true;
        say(form, "", "You have been signed out. What you typed stays on this page: sign in again in another tab, then go on here.");
        return;
      }
      // A refusal of ours says why; one without a sentence comes from a page older than the session.
      const ours = answer.headers.get("Content-Type")?.startsWith("application/json");
      if (answer.status === 403 && !ours) {
        known.dirty = true;
        say(form, "", "You have signed out or in again since this page was opened, so it cannot keep what you type. Copy your text, reload the page and paste it.");
        return;
      }
      const told = await answer.json();
      if (!answer.ok) {
        say(form, "", told.says || "What you typed could not be kept. It stays on this page.");
        return;
      }
      const draft = field(form, "draft");
      if (draft) draft.value = told.draft;
      known.refused = told.ready ? "" : told.says;
      const wanting = looksReady(form) && told.says ? ` ${told.says}` : "";
      say(form, `Kept as a draft at ${told.kept}.${wanting}`);
      document.dispatchEvent(new CustomEvent("portal:seen"));
      count();
    } catch {
      known.dirty = true;
      say(form, "", "What you typed is not kept at the moment: the portal cannot be reached. It stays on this page.");
      known.timer = setTimeout(() => keep(form), AGAIN);
    }
  };

  const typed = (form) => {
    const known = forms.get(form);
    // A box that merely loses the focus reports a change as well: the warning before the end of the session takes the focus,
    // and keeping the same words once more would be a visit that nobody made.
    const words = wordsOf(form);
    if (words === known.words) return;
    known.words = words;
    chooseKey(form);
    known.dirty = true;
    known.refused = "";
    clearTimeout(known.timer);
    known.timer = setTimeout(() => keep(form), PAUSE);
    show(form);
    suggest(form);
    warnOfTheEnd(form);
    count();
  };

  const keepAll = (leaving) => Promise.all([...forms.keys()].map((form) => keep(form, leaving)));

  // --- One form ---

  const reuse = (form) => {
    for (const link of form.querySelectorAll("[data-reuse]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const box = document.getElementById(link.dataset.reuse);
        const words = link.closest(".beside__words").querySelector(".quote__text");
        box.value = (box.value ? box.value.trimEnd() + "\n" : "") + words.innerText.trim();
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.focus();
      });
    }
  };

  const setUp = (form) => {
    const key = field(form, "submission_key").value;
    forms.set(form, { dirty: false, refused: form.closest("[data-row]")?.dataset.refused || "", stamp: 0, timer: 0, sending: false, words: wordsOf(form), key });
    form.addEventListener("input", () => typed(form));
    form.addEventListener("change", () => typed(form));
    form.addEventListener("submit", async (event) => {
      const known = forms.get(form);
      if (known.sending) {
        event.preventDefault();
        return;
      }
      known.sending = true;
      clearTimeout(known.timer);
      rememberSending(form);
      const others = [...forms].some(([other, state]) => other !== form && state.dirty);
      if (!others) return;
      // The page goes: what stands in the other rows is kept first.
      event.preventDefault();
      const button = event.submitter;
      await Promise.race([keepAll(false), new Promise((done) => setTimeout(done, 3000))]);
      known.sending = false;
      form.requestSubmit(button);
    });
    const warning = document.createElement("p");
    warning.className = "govuk-hint beyond";
    warning.dataset.beyond = "";
    warning.setAttribute("role", "status");
    warning.hidden = true;
    field(form, "new_due_on_0")?.closest("fieldset").append(warning);
    reuse(form);
    show(form);
    suggest(form);
    warnOfTheEnd(form);
  };

  // --- Rows that open in place ---

  const kit = document.querySelector("script[data-govuk]")?.dataset.govuk;

  const open = async (row, link, focus) => {
    const place = row.querySelector("[data-row-place]");
    const closed = row.querySelector("[data-row-closed]");
    const rating = link?.dataset.openRow || "";
    if (!place.children.length) {
      const address = new URL(row.querySelector("[data-open-row]").href);
      address.searchParams.set("row", "1");
      if (row.dataset.loading) return;
      row.dataset.loading = "yes";
      let answer;
      try {
        answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      } catch {
        answer = { ok: false };
      }
      delete row.dataset.loading;
      if (!answer.ok) {
        // Signed out or closed meanwhile: the page itself says what is the matter.
        if (link) window.location.assign(link.href);
        return;
      }
      place.innerHTML = await answer.text();
      const form = place.querySelector("form");
      if (kit) (await import(kit)).initAll({ scope: place });
      setUp(form);
      const close = form.querySelector("[data-close-row]");
      close.hidden = false;
      close.addEventListener("click", () => {
        keep(form);
        place.hidden = true;
        closed.hidden = false;
        row.querySelector("[data-open-row]").focus();
      });
    }
    place.hidden = false;
    closed.hidden = true;
    const form = place.querySelector("form");
    const choice = rating && form.querySelector(`[name="${form.dataset.prefix}rating"][value="${rating}"]`);
    if (choice) {
      choice.checked = true;
      typed(form);
    }
    count();
    if (focus) (choice ? field(form, "narrative") : form.querySelector("input[type=radio]")).focus();
  };

  for (const row of document.querySelectorAll("[data-row]")) {
    for (const link of row.querySelectorAll("[data-open-row]")) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open(row, link, true);
      });
    }
    if (row.dataset.open) open(row, null, false);
  }
  for (const form of document.querySelectorAll("form[data-update-form]")) setUp(form);
  count();

  sendAll?.addEventListener("submit", () => {
    for (const row of document.querySelectorAll("[data-row]")) {
      const form = row.querySelector("form[data-update-form]");
      if (!form || !isReady(row)) continue;
      const known = forms.get(form);
      known.sending = true;
      clearTimeout(known.timer);
      // Boxes belong to the form that sends them, files included.
      for (const box of form.querySelectorAll("input, select, textarea")) {
        if (box.name !== "csrfmiddlewaretoken") box.setAttribute("form", "send-ready");
      }
    }
    for (const [form, known] of forms) if (known.dirty && !known.sending) keep(form, true);
  });

  window.addEventListener("pageshow", () => {
    // Back again: boxes return to their own forms, and what the browser restored decides what is asked.
    for (const [form, known] of forms) {
      known.sending = false;
      for (const box of form.querySelectorAll("[form=send-ready]")) box.removeAttribute("form");
      chooseKey(form);
      show(form);
    }
    count();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keepAll(true);
  });
})();
