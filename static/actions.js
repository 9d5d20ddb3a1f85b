// On the update form: asks only what goes with the rating chosen, and lets the last words be taken over. Without it all questions stand there.
(() => {
  const ratings = document.querySelectorAll("input[type=radio][name=rating]");
  const sections = document.querySelectorAll("[data-asked-for]");
  const show = () => {
    const chosen = [...ratings].find((radio) => radio.checked)?.value;
    for (const section of sections) {
      const asked = section.dataset.askedFor.split(" ").includes(chosen);
      section.hidden = !asked;
    }
    // An answer that is not asked for any more is kept in the page but not sent.
    for (const section of sections) {
      for (const box of section.querySelectorAll("input, select, textarea")) {
        box.disabled = box.closest("[data-asked-for][hidden]") !== null;
      }
    }
  };
  for (const radio of ratings) radio.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();

  for (const button of document.querySelectorAll("[data-reuse]")) {
    const box = document.getElementById(button.dataset.reuse);
    const words = button.parentElement.querySelector(".quote__text");
    button.hidden = false;
    button.addEventListener("click", () => {
      box.value = (box.value ? box.value.trimEnd() + "\n" : "") + words.innerText.trim();
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
    });
  }
})();
