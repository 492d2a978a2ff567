import ManifestModel

/// What makes the page handier; all of it can be read without.
enum PageScript {
  /// The script as the page holds it: without the comments and the indentation of the source.
  static let text = PageSource.condensed(source)
  /// Its SHA-256, as the page's content policy spells it.
  static let hash = PageSource.hash(text)

  /// The texts of the page reach the script as text only, and leave it by `textContent`: nothing here makes HTML.
  private static let source = #"""
    "use strict";
    (() => {
    const $ = (s, e = document) => e.querySelector(s), all = (s, e = document) => [...e.querySelectorAll(s)];
    const body = document.body.dataset, now = new Date(body.now), every = body.every * 1000;

    // Times in a zone: today as 07:15, this week as Tue 23:40, else with the date. A formatter is dear: one of each.
    const zones = [...new Set([Intl.DateTimeFormat().resolvedOptions().timeZone, body.zone, "UTC"])].filter(z => {
      try { new Intl.DateTimeFormat("en", {timeZone: z}); return z; } catch { return 0; }
    });
    let zone = 0, f, today;
    const prepare = () => {
      const make = x => new Intl.DateTimeFormat("en-GB", {timeZone: zones[zone], ...x}), hm = {hour: "2-digit", minute: "2-digit"}, dm = {day: "numeric", month: "short"};
      f = {t: make(hm), w: make({weekday: "short", ...hm}), d: make({...dm, ...hm}), y: make({...dm, year: "numeric"}), full: make({dateStyle: "full", timeStyle: "long"})};
      today = f.y.format(now);
      $("#zone").textContent = "Times: " + zones[zone];
    };
    const show = d => {
      const far = Math.abs(d - now);
      return (f.y.format(d) === today ? f.t : far < 5184e5 ? f.w : far < 1728e7 ? f.d : f.y).format(d).replace(",", "");
    };
    // Only what can be seen; a family has its turn when it is opened, a row when the filter lets it through.
    const times = root => {
      for (const e of all("time", root)) {
        if (e.z === zone) continue;
        const a = e.closest(".fam");
        if (a && (!a.open || e.closest("tr").hidden)) continue;
        e.z = zone;
        e.textContent = show(new Date(e.dateTime));
      }
    };
    const allTimes = () => {
      prepare(); times();
      for (const e of all(".tick")) e.textContent = f.t.format(new Date(e.dataset.t));
    };
    addEventListener("mouseover", e => {
      const t = e.target.closest?.("time");
      if (t) t.title = f.full.format(new Date(t.dateTime)) + "\n" + t.dateTime;
    });

    const fams = all(".fam"), cards = all(".card"), q = $("#q"), owner = $("#o");
    const day = $(".scroll");
    day.scrollLeft = (day.scrollWidth - day.clientWidth) / 2;
    if (innerWidth < 760) for (const a of fams) a.open = false;
    for (const a of fams) a.ontoggle = () => { if (a.open) times(a); };
    $("#zone").hidden = false;
    $("#zone").onclick = () => { zone = (zone + 1) % zones.length; allTimes(); };
    allTimes();

    // How old the page is, by the reader's clock.
    const ago = $("#ago"), asOf = new Date($(".asof time")?.dateTime ?? now);
    const say = (ms, n = Math.floor(ms / 6e4)) => n < 120 ? `${n} minute${n === 1 ? "" : "s"}` : n < 2880 ? `${Math.floor(n / 60)} hours` : `${Math.floor(n / 1440)} days`;
    const age = () => {
      const ms = Date.now() - now, old = Date.now() - asOf;
      if (ago) ago.textContent = old < 0 ? "" : old < 6e4 ? ", just now" : `, ${say(old)} ago`;
      $("#old").hidden = ms < every;
      $("#old").textContent = `This page is ${say(ms)} old. Whatever writes it may have stopped.`;
    };
    age(); setInterval(age, 3e4);

    // The filter. What is asked for stands in the address, so that it can be shared.
    const states = new Set(), opened = fams.map(a => a.open);
    let timer, rows, filtered;
    const read = e => ({e, s: e.classList, n: $(".n", e).textContent.toLowerCase(), o: $("td.o,.own", e)?.textContent ?? ""});
    const apply = write => {
      rows ??= fams.map(a => all("tbody tr", a).map(read));
      cards.forEach((c, i) => { cards[i] = c.e ? c : read(c); });
      const text = q.value.toLowerCase(), any = text || owner.value || states.size;
      if (any && !filtered) fams.forEach((a, i) => { opened[i] = a.open; });
      const ok = r => (!states.size || [...states].some(s => r.s.contains(s))) && (!owner.value || r.o === owner.value) && (!text || r.n.includes(text));
      const hits = rows.map(list => {
        let n = 0;
        for (const r of list) { const k = ok(r); if (r.e.hidden === k) r.e.hidden = !k; n += k; }
        return n;
      });
      const sum = hits.reduce((a, b) => a + b, 0);
      fams.forEach((a, i) => { a.hidden = any && !hits[i]; if (any || filtered) a.open = any ? hits[i] > 0 && sum <= 400 : opened[i]; });
      filtered = any;
      for (const a of fams) if (a.open) times(a);
      for (const c of cards) c.e.hidden = any && !ok(c);
      for (const b of all("[data-f]")) {
        const k = states.has(b.dataset.f);
        if (b.type) b.setAttribute("aria-pressed", k); else if (k) b.setAttribute("aria-current", "true"); else b.removeAttribute("aria-current");
      }
      $("#hits").textContent = any ? `${sum} of ${rows.flat().length}` : "";
      if (!write) return;
      const p = new URLSearchParams();
      if (states.size) p.set("state", [...states]);
      if (owner.value) p.set("owner", owner.value);
      if (q.value) p.set("q", q.value);
      history.replaceState(null, "", "#" + p);
    };
    $("#filter").hidden = false;
    $("#filter").onsubmit = e => e.preventDefault();
    q.oninput = () => { clearTimeout(timer); timer = setTimeout(apply, 100, true); };
    owner.onchange = apply;
    for (const b of all("[data-f]")) b.onclick = e => {
      const s = b.dataset.f, had = states.has(s);
      if (b.href) { e.preventDefault(); states.clear(); $("#all").scrollIntoView(); }
      if (had) states.delete(s); else states.add(s);
      apply(true);
    };
    addEventListener("keydown", e => {
      if (e.key === "/" && !e.ctrlKey && !e.target.matches("input,select")) { e.preventDefault(); q.focus(); }
      if (e.key === "Escape" && e.target === q) { q.value = ""; apply(true); }
    });

    // Sorting within a family.
    const value = {n: r => $(".n", r).textContent, t: r => $("time", r)?.dateTime ?? "", l: r => +(r.dataset.l ?? 1e15), p: r => parseFloat($(".p", r).textContent) || 0, o: r => $("td.o", r).textContent};
    for (const b of all("thead button")) b.onclick = () => {
      const th = b.closest("th"), list = b.closest("table").tBodies[0], v = value[b.dataset.k], down = th.ariaSort === "ascending";
      for (const x of all("th", th.parentNode)) x.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", down ? "descending" : "ascending");
      list.append(...[...list.rows].map(r => [v(r), r]).sort((a, c) => (a[0] < c[0] ? -1 : a[0] > c[0] ? 1 : 0) * (down ? -1 : 1)).map(x => x[1]));
    };

    // Links: #asset=NAME/ID, and #state=stale&owner=x&q=y.
    const go = () => {
      const h = location.hash.slice(1);
      for (const x of all(".hit")) x.classList.remove("hit");
      if (h.startsWith("asset=")) {
        const e = document.getElementById(h);
        if (!e) return;
        const a = e.closest("details");
        if (a) a.open = true;
        e.hidden = false;
        e.classList.add("hit");
        e.scrollIntoView({block: "center", behavior: "instant"});
      } else if (/^(state|owner|q)=/.test(h)) {
        const p = new URLSearchParams(h);
        states.clear();
        for (const s of (p.get("state") ?? "").split(",")) if (s) states.add(s);
        owner.value = p.get("owner") ?? "";
        q.value = p.get("q") ?? "";
        apply();
        $("#all").scrollIntoView();
      }
    };
    addEventListener("hashchange", go); go();
    })();
    """#
}
