"use strict";
(() => {
  const tests = JSON.parse(document.getElementById("data").textContent);
  const dialog = document.getElementById("run");
  const title = document.getElementById("run-title");
  const body = document.getElementById("run-body");

  // Texts come from servers and tests: they are only ever set as text, never as HTML.
  const make = (name, given = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined || value === false) continue;
      if (key === "text") made.textContent = value;
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter(Boolean));
    return made;
  };

  // Pairs requests of two runs: the longest common sequence of operations stands side by side.
  const paired = (clean, failed) => {
    const same = (i, j) => clean[i].operation === failed[j].operation;
    const best = Array.from({length: clean.length + 1}, () => Array(failed.length + 1).fill(0));
    for (let i = clean.length - 1; i >= 0; i--)
      for (let j = failed.length - 1; j >= 0; j--)
        best[i][j] = same(i, j) ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    const pairs = [];
    let i = 0, j = 0;
    while (i < clean.length || j < failed.length) {
      if (i < clean.length && j < failed.length && same(i, j)) pairs.push([clean[i++], failed[j++]]);
      else if (j >= failed.length || (i < clean.length && best[i + 1][j] >= best[i][j + 1]))
        pairs.push([clean[i++], null]);
      else pairs.push([null, failed[j++]]);
    }
    return pairs;
  };

  // Long texts scroll: also with the keyboard, so they can have the focus.
  const text = (label, content) =>
    make("pre", {role: "group", tabindex: "0", "aria-label": label, text: content});

  const exchange = (one, opened) => {
    if (!one) return make("td", {}, make("span", {class: "dim", text: "not sent"}));
    const line = make("code", {text: `${one.position}  ${one.line}`});
    const badge = one.planted.length &&
      make("span", {class: "badge wrong", text: `failure: ${one.planted.join(", ")}`});
    const site = one.site && make("div", {class: "dim", text: `at ${one.site}`});
    if (!one.sent) return make("td", {}, badge, line, site);
    return make("td", {}, make("details", {open: opened}, make("summary", {}, badge, line), site,
      text("request", one.sent), text("response", one.got)));
  };

  const sideBySide = (clean, run) => {
    const from = run.requests.length ? run.requests[0].position : 1;
    const to = from + run.requests.length - 1;
    const cut = from > 1 || to < run.sent;
    const shown = clean.filter((one) => one.position >= from && (!cut || one.position <= to));
    const rows = paired(shown, run.requests).map(([before, after]) => make("tr", {
      class: [(!before || !after || before.status !== after.status) && "differs",
        after && after.planted.length && "failed"].filter(Boolean).join(" ") || undefined},
      ...[before, after].map((one) => exchange(one, after && after.planted.length > 0))));
    const told = cut && make("p", {class: "dim", text:
      `Requests ${from} to ${to} of ${run.sent} are shown, those around the failure.`});
    return [told, make("table", {class: "pairs"},
      make("caption", {class: "sr", text: "Requests of the clean run and of this run"}),
      make("thead", {}, make("tr", {}, make("th", {scope: "col", text: "Clean run"}),
        make("th", {scope: "col", text: "This run"}))),
      make("tbody", {}, ...rows))];
  };

  const open = (id) => {
    const [test, number] = id.split("-").map(Number);
    const swept = tests[test];
    const run = swept && swept.results[number];
    if (!run) return;
    title.textContent = `${run.word}${run.rule && ` (${run.rule})`}: ${run.case}`;
    const bodies = run.requests.some((one) => one.sent);
    body.replaceChildren(...[
      make("p", {class: "dim", text: swept.test}),
      make("p", {class: "why", text: run.why}),
      run.known && make("p", {class: "note", text: `Known: ${run.known}`}),
      make("p", {text: "Repeat this run:"}),
      make("div", {class: "command"}, make("code", {text: run.again}),
        make("button", {type: "button", class: "open", "data-copy": true, text: "Copy"})),
      ...sideBySide(swept.requests, run),
      !bodies && make("p", {class: "dim",
        text: "The report keeps headers and bodies of the runs that go wrong."}),
      run.traceback && make("details", {open: true}, make("summary", {text: "Traceback"}),
        make("pre", {text: run.traceback})),
    ].filter(Boolean));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    history.replaceState(null, "", `#run-${id}`);
  };

  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {  // not allowed for a page of this origin: let people copy it themselves
      getSelection().selectAllChildren(code);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.dataset.run) open(button.dataset.run);
    else if (button && "copy" in button.dataset) copy(button);
    else if (event.target === dialog || (button && button.id === "close")) dialog.close();
  });
  dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname
    + location.search));

  // One stop for Tab in each matrix; the arrow keys move inside it.
  for (const table of document.querySelectorAll(".matrix")) {
    const rows = [...table.tBodies[0].rows].map((row) =>
      [...row.cells].slice(1).map((cell) => cell.querySelector("button")));
    const all = rows.flat().filter(Boolean);
    const go = (to) => {
      if (!to) return;
      for (const one of all) one.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    };
    all.forEach((one, index) => { one.tabIndex = index ? -1 : 0; });
    table.addEventListener("keydown", (event) => {
      const y = rows.findIndex((row) => row.includes(event.target));
      if (y < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
      const x = rows[y].indexOf(event.target);
      const column = rows.map((row) => row[x]);
      const moves = {
        ArrowRight: () => rows[y].slice(x + 1).find(Boolean),
        ArrowLeft: () => rows[y].slice(0, x).findLast(Boolean),
        ArrowDown: () => column.slice(y + 1).find(Boolean),
        ArrowUp: () => column.slice(0, y).findLast(Boolean),
        Home: () => rows[y].find(Boolean),
        End: () => rows[y].findLast(Boolean),
      };
      if (!(event.key in moves)) return;
      event.preventDefault();
      go(moves[event.key]());
    });
    table.addEventListener("focusin", (event) => {
      if (!event.target.matches("button")) return;
      for (const one of all) one.tabIndex = one === event.target ? 0 : -1;
    });
  }

  if (location.hash.startsWith("#run-")) open(location.hash.slice(5));
})();
