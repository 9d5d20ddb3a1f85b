// Loaded before the page is drawn, so that nothing jumps; every page works without it.
(() => {
  const kit = document.currentScript.dataset;
  document.body.classList.add("js-enabled");
  if (!("noModule" in HTMLScriptElement.prototype)) return;
  document.body.classList.add("govuk-frontend-supported");
  document.addEventListener("DOMContentLoaded", async () => {
    (await import(kit.govuk)).initAll();
    if (document.querySelector("[data-module^='moj-']")) (await import(kit.moj)).initAll();
  });
})();
