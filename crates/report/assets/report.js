
"use strict";
(() => {
  const svg = document.getElementById("erd");
  const viewport = document.getElementById("viewport");
  const chosen = document.getElementById("chosen");
  const find = document.getElementById("find");
  if (!svg) return;
  const whole = svg.viewBox.baseVal;
  const full = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
  let view = { ...full };
  const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  const scale = () => Math.max(view.w / viewport.clientWidth, view.h / viewport.clientHeight);

  // On a narrow screen the whole diagram would be too small to read.
  const start = () => {
    view = { ...full };
    if (scale() > 2.2) {
      const w = viewport.clientWidth * 1.5, h = viewport.clientHeight * 1.5;
      view = { x: full.x, y: full.y, w, h };
    }
    show();
  };

  const zoom = (factor, px, py) => {
    const w = Math.min(Math.max(view.w * factor, 200), full.w * 3);
    const f = w / view.w;
    const cx = px ?? view.x + view.w / 2, cy = py ?? view.y + view.h / 2;
    view = { x: cx - (cx - view.x) * f, y: cy - (cy - view.y) * f, w, h: view.h * f };
    show();
  };
  const move = (dx, dy) => { view.x += dx; view.y += dy; show(); };
  const point = (event) => {
    const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [p.x, p.y];
  };

  const pointers = new Map();
  let moved = false, spread = 0;
  const distance = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };
  viewport.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    moved = false;
    if (pointers.size === 2) spread = distance();
  });
  viewport.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
    if (!moved && Math.hypot(dx, dy) < 4) return;
    moved = true;
    viewport.classList.add("moving");
    pointers.set(event.pointerId, event);
    if (pointers.size === 2) {
      const now = distance();
      if (spread > 0) zoom(spread / now);
      spread = now;
    } else {
      move(-dx * scale(), -dy * scale());
    }
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
    viewport.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      if (pointers.size === 0) viewport.classList.remove("moving");
    });
  }
  viewport.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, ...point(event));
  }, { passive: false });
  viewport.addEventListener("keydown", (event) => {
    const step = view.w / 10;
    const keys = {
      ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0),
      ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
      "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25),
      "0": () => { clear(); start(); }, Escape: () => clear(),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  const tables = [...svg.querySelectorAll(".table")];
  const edges = [...svg.querySelectorAll(".edge")];
  const dots = [...svg.querySelectorAll(".fork")];
  const byName = new Map(tables.map((t) => [t.dataset.table, t]));
  const label = (t) => t.querySelector(".name").textContent;

  const clear = () => {
    for (const e of [...tables, ...edges, ...dots]) e.classList.remove("dim", "lit");
    for (const t of tables) t.setAttribute("aria-pressed", "false");
    chosen.replaceChildren();
  };
  const link = (name, text) => {
    const a = document.createElement("a");
    a.href = "#" + name;
    a.textContent = text;
    return a;
  };
  const focus = (table) => {
    clear();
    const name = table.dataset.table;
    const near = new Set([name]);
    for (const e of edges) {
      const own = e.dataset.from === name || e.dataset.to === name;
      e.classList.add(own ? "lit" : "dim");
      if (own) { near.add(e.dataset.from); near.add(e.dataset.to); }
    }
    for (const t of tables) if (!near.has(t.dataset.table)) t.classList.add("dim");
    for (const d of dots) d.classList.add("dim");
    table.classList.add("lit");
    table.setAttribute("aria-pressed", "true");
    const first = document.createElement("p");
    first.append(link(name, "Read about " + label(table)), ". ");
    const others = [...near].filter((n) => n !== name);
    first.append(others.length ? "Its neighbours: " : "It has no neighbours.");
    others.forEach((n, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label(byName.get(n));
      button.addEventListener("click", () => { focus(byName.get(n)); centre(); });
      first.append(i ? " " : "", button);
    });
    chosen.replaceChildren(first);
  };
  // Shows a table with its neighbours, as large as fits and no larger than life.
  const centre = () => {
    const shown = tables.filter((t) => !t.classList.contains("dim"));
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const t of shown) {
      const size = t.getBBox();
      const at = t.transform.baseVal.consolidate().matrix;
      const outer = t.parentNode.transform.baseVal.consolidate().matrix;
      const x = at.e + outer.e, y = at.f + outer.f;
      box.left = Math.min(box.left, x); box.right = Math.max(box.right, x + size.width);
      box.top = Math.min(box.top, y); box.bottom = Math.max(box.bottom, y + size.height);
    }
    const ratio = viewport.clientHeight / viewport.clientWidth;
    const w = Math.max(box.right - box.left + 60, (box.bottom - box.top + 60) / ratio, viewport.clientWidth / 1.3);
    const h = w * ratio;
    view = { x: (box.left + box.right - w) / 2, y: (box.top + box.bottom - h) / 2, w, h };
    show();
  };
  for (const t of tables) {
    t.setAttribute("tabindex", "0");
    t.setAttribute("role", "button");
    t.setAttribute("aria-pressed", "false");
    t.addEventListener("click", () => { if (!moved) focus(t); });
    t.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); focus(t); }
    });
  }
  viewport.addEventListener("click", (event) => {
    if (!moved && !event.target.closest(".table")) clear();
  });
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    if (!wanted) { clear(); start(); return; }
    const found = tables.find((t) => label(t).toLowerCase() === wanted)
      ?? tables.find((t) => label(t).toLowerCase().startsWith(wanted))
      ?? tables.find((t) => label(t).toLowerCase().includes(wanted));
    if (found) { focus(found); centre(); } else {
      clear();
      chosen.textContent = "No table of that name.";
    }
  });
  document.getElementById("closer").addEventListener("click", () => zoom(0.8));
  document.getElementById("farther").addEventListener("click", () => zoom(1.25));
  document.getElementById("whole").addEventListener("click", () => { find.value = ""; clear(); view = { ...full }; show(); });
  start();

  // What a link leads to may be folded.
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    let folded = target.closest("details");
    if (!folded) return;
    for (; folded; folded = folded.parentElement.closest("details")) folded.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
})();
