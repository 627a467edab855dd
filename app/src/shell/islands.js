(async (page, islands) => {
  await new Promise((idle) => (window.requestIdleCallback ? requestIdleCallback(idle, { timeout: 2000 }) : setTimeout(idle)));
  const browser = await import(page);
  await browser.default({ module_or_path: islands });
  // Compiling was one piece of work; what follows is another.
  await window.scheduler?.yield?.();
  browser.hydrate();
  for (const island of document.querySelectorAll("leptos-island")) browser[island.dataset.component](island);
})
