/* Charts of what is measured. Which charts, ranges and words a page has comes from netbox_gam/ui/charts.py; the data from REST. */
(function () {
  "use strict";

  const COLORS = {
    light: { text: "#49566c", grid: "#e6e8ec", lines: ["#206bc4", "#d9730d"], now: "#fff" },
    dark: { text: "#c8d3e1", grid: "#334055", lines: ["#5aa2f5", "#f2a65a"], now: "#1b2434" },
  };
  const MARKS = { red: "#d63939", orange: "#f76707", yellow: "#d9a406", blue: "#4299e1", cyan: "#17a2b8", gray: "#7d8a9a" };
  const DASHES = ["solid", "dot", "dash", "dashdot"];
  const SCALES = { "bit/s": [[1e9, "Gbit/s"], [1e6, "Mbit/s"], [1e3, "kbit/s"]] };
  const GAP = 2.5; // Steps without a value from which the line is broken.
  const SPARSE = 40; // Points up to which each is drawn as a dot, so that one between two gaps is seen.

  // ------------------------------------------------------------------------------------------------------------------- times

  /** Times in one time zone, for a library that knows none: it is given what a clock on the wall would show. */
  class Zone {
    constructor(name) {
      this.parts = new Intl.DateTimeFormat("en-US", {
        timeZone: name, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
        second: "numeric",
      });
      this.offsets = new Map();
    }

    offset(stamp) {
      const quarter = Math.floor(stamp / 900000);
      if (!this.offsets.has(quarter)) {
        const at = {};
        for (const { type, value } of this.parts.formatToParts(quarter * 900000)) at[type] = Number(value);
        const shown = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
        this.offsets.set(quarter, shown - quarter * 900000);
      }
      return this.offsets.get(quarter);
    }

    wall(stamp) {
      return new Date(stamp + this.offset(stamp)).toISOString().slice(0, 19);
    }

    stamp(wall) {
      const guess = Date.parse(`${wall.trim().replace(" ", "T").slice(0, 19)}${wall.length <= 10 ? "T00:00" : ""}Z`);
      return guess - this.offset(guess - this.offset(guess));
    }

    text(stamp) {
      return this.wall(stamp).replace("T", " ");
    }
  }

  function ago(stamp) {
    const seconds = Math.round((stamp - Date.now()) / 1000);
    const format = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });
    for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
      if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
    }
    return format.format(seconds, "second");
  }

  // ------------------------------------------------------------------------------------------------------------------ values

  function scaleOf(unit, most) {
    const [factor, name] = (SCALES[unit] || []).find(([size]) => most >= size) || [1, unit];
    return { factor, name };
  }

  function number(value) {
    const size = Math.abs(value);
    return value.toLocaleString(undefined, { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3 });
  }

  function niceTicks(low, high) {
    const rough = (high - low) / 4 || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map(each => each * power).find(each => each >= rough);
    const ticks = [];
    for (let tick = Math.ceil(low / step) * step; tick <= high + step / 1e6; tick += step) ticks.push(Math.abs(tick) < step / 1e6 ? 0 : tick);
    return ticks;
  }

  /** The places of a series in runs without a gap: where a value is missing, or the next one comes too late, a run ends. */
  function runs(stamps, values, step) {
    const found = [];
    let run = [];
    stamps.forEach((stamp, place) => {
      const late = run.length && stamp - stamps[run[run.length - 1]] > step * 1000 * GAP;
      if (run.length && (late || values[place] === null)) {
        found.push(run);
        run = [];
      }
      if (values[place] !== null) run.push(place);
    });
    if (run.length) found.push(run);
    return found;
  }

  function translucent(color, alpha) {
    const part = from => parseInt(color.slice(from, from + 2), 16);
    return `rgba(${part(1)}, ${part(3)}, ${part(5)}, ${alpha})`;
  }

  function node(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // ----------------------------------------------------------------------------------------------------------------- library

  let library = null;

  /** The drawing library, fetched once and only where there is something to draw. */
  function loadLibrary(url) {
    library = library || new Promise((resolve, reject) => {
      if (window.Plotly) return resolve(window.Plotly);
      const script = node("script", { src: url });
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => { library = null; reject(new Error(url)); };
      document.head.append(script);
    });
    return library;
  }

  // ------------------------------------------------------------------------------------------------------------------- chart

  /** One chart: its curves out of an answer, and the traces and layout that draw them. */
  class Chart {
    constructor(spec, key, panel) {
      this.spec = spec;
      this.key = key;
      this.panel = panel;
      this.title = spec.title + (key ? ` · ${key}` : "");
      this.now = node("span", { class: "gam-chart-now text-secondary" });
      this.plot = node("div", { class: "gam-chart-plot", role: "img" });
      this.root = node("section", { class: "gam-chart", "aria-label": this.title },
        node("div", { class: "gam-chart-head" }, node("h3", {}, this.title), this.now), this.plot);
    }

    /** The curves of this chart, each with what it needs to be drawn. */
    curves(answer) {
      const found = [];
      this.spec.metrics.forEach((metric, place) => {
        const sources = answer.sources.filter(source => (!this.spec.each || source.key === this.key)
          && source.curves.some(curve => curve.metric === metric.label));
        sources.forEach((source, index) => {
          const curve = source.curves.find(each => each.metric === metric.label);
          const others = sources.length - 1 - index;
          found.push({
            ...curve, place, step: source.step_seconds, stamps: source.stamps, walls: source.walls,
            sign: this.spec.mirrored && place === 1 ? -1 : 1,
            dash: DASHES[others % DASHES.length],
            name: metric.title + (sources.length > 1 ? ` · ${source.gam}` : ""),
          });
        });
      });
      return found;
    }

    draw(Plotly, answer) {
      const colors = COLORS[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
      const curves = this.curves(answer);
      const levels = answer.thresholds.filter(level => this.spec.metrics.some(metric => metric.label === level.metric));
      const most = Math.max(...curves.flatMap(curve => (curve.high || curve.mean)).filter(value => value !== null).map(Math.abs), 0);
      const scale = scaleOf(this.spec.unit, most);
      const traces = [];
      for (const curve of curves) if (curve.low) traces.push(this.band(curve, scale, colors));
      for (const curve of curves) traces.push(this.line(curve, scale, colors));
      traces.push(...this.marks(answer));
      const layout = this.layout(answer, curves, levels, scale, colors);
      this.headline(curves, scale, colors);
      const ready = this.plot.data
        ? Plotly.react(this.plot, traces, layout)
        : Plotly.newPlot(this.plot, traces, layout, { displayModeBar: false, responsive: true, doubleClick: false });
      if (!this.wired) this.wire();
      return ready;
    }

    line(curve, scale, colors) {
      const x = [], y = [], text = [];
      const words = this.panel.settings.words;
      for (const run of runs(curve.stamps, curve.mean, curve.step)) {
        if (x.length) { x.push(curve.walls[run[0]]); y.push(null); text.push(""); }
        for (const at of run) {
          x.push(curve.walls[at]);
          y.push(curve.sign * curve.mean[at] / scale.factor);
          const shown = value => number(value / scale.factor);
          text.push(`<b>${shown(curve.mean[at])}</b> ${scale.name}` + (curve.low && curve.low[at] !== null
            ? `  (${shown(curve.low[at])} – ${shown(curve.high[at])}, ${words.p95} ${shown(curve.p95[at])})` : ""));
        }
      }
      return {
        type: "scatter", mode: x.length <= SPARSE ? "lines+markers" : "lines", x, y, text, name: curve.name, connectgaps: false,
        hovertemplate: `${curve.name}: %{text}<extra></extra>`,
        line: { color: colors.lines[curve.place % 2], width: 1.6, dash: curve.dash, shape: "linear" }, marker: { size: 4 },
      };
    }

    /** Between low and high: one closed shape per run, or it would be filled across gaps. */
    band(curve, scale, colors) {
      const x = [], y = [];
      for (const run of runs(curve.stamps, curve.low, curve.step)) {
        if (x.length) { x.push(curve.walls[run[0]]); y.push(null); }
        for (const at of run) { x.push(curve.walls[at]); y.push(curve.sign * curve.high[at] / scale.factor); }
        for (const at of run.reverse()) { x.push(curve.walls[at]); y.push(curve.sign * curve.low[at] / scale.factor); }
      }
      return {
        type: "scatter", mode: "lines", x, y, fill: "toself", hoverinfo: "skip", showlegend: false,
        fillcolor: translucent(colors.lines[curve.place % 2], 0.18), line: { width: 0 },
      };
    }

    /** Signs along the top, to hover and to follow; the spans are part of the layout. */
    marks(answer) {
      if (!answer.marks.length) return [];
      const words = this.panel.settings.words;
      const shown = answer.marks.map(mark => ({ ...mark, stamp: Math.max(Date.parse(mark.at), Date.parse(answer.start)) }));
      return [{
        type: "scatter", mode: "markers", yaxis: "y2", x: shown.map(mark => this.panel.zone.wall(mark.stamp)),
        y: shown.map(() => 0.97), customdata: shown.map(mark => mark.url), text: shown.map(mark => escaped(mark.title)),
        meta: "marks", cliponaxis: false, hovertemplate: "%{text}<extra></extra>", name: words.marks,
        marker: {
          size: 9, color: shown.map(mark => MARKS[mark.color] || mark.color), line: { width: 0 },
          symbol: shown.map(mark => (mark.kind === "alarm" ? "triangle-up" : "diamond")),
        },
      }];
    }

    layout(answer, curves, levels, scale, colors) {
      const values = curves.flatMap(curve => [...curve.mean, ...(curve.low || []), ...(curve.high || [])]
        .filter(value => value !== null).map(value => curve.sign * value / scale.factor));
      values.push(...levels.map(level => level.value / scale.factor));
      let low = Math.min(...values), high = Math.max(...values);
      if (this.spec.from_zero) { low = Math.min(low, 0); high = Math.max(high, 0); }
      if (this.spec.most) high = this.spec.most;
      if (high - low < 1e-9) { high += 1; if (!this.spec.from_zero) low -= 1; }
      const room = (high - low) * 0.06;
      const ticks = niceTicks(low, high);
      const axis = { color: colors.text, gridcolor: colors.grid, zerolinecolor: colors.grid, tickfont: { size: 11 }, fixedrange: true };
      return {
        height: this.plot.clientHeight || 208, margin: { l: 52, r: 8, t: 24, b: 26 }, showlegend: false, hovermode: "x unified", dragmode: "zoom",
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: colors.text, family: "inherit" },
        hoverlabel: { bgcolor: colors.now, bordercolor: colors.grid, font: { color: colors.text, size: 12 }, namelength: -1 },
        hoverdistance: 30,
        xaxis: {
          ...axis, type: "date", fixedrange: false, range: [answer.start, answer.end].map(at => this.panel.zone.wall(Date.parse(at))),
          hoverformat: "%Y-%m-%d %H:%M:%S", showgrid: false, nticks: 6,
          tickformatstops: [
            { dtickrange: [null, 86399999], value: "%H:%M\n%e %b" }, { dtickrange: [86400000, "M1"], value: "%e %b" },
            { dtickrange: ["M1", null], value: "%b %Y" },
          ],
        },
        yaxis: {
          ...axis, range: [low === 0 ? 0 : low - room, high + (this.spec.most ? 0 : room)], tickvals: ticks,
          ticktext: ticks.map(tick => number(this.spec.mirrored ? Math.abs(tick) : tick)), zeroline: this.spec.mirrored,
        },
        yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
        annotations: [{
          text: scale.name, xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "right", yanchor: "bottom", xshift: -4, yshift: 5, showarrow: false,
          font: { size: 11 },
        }, ...levels.map(level => this.levelText(level, scale, colors))],
        shapes: [...this.spans(answer), ...levels.map(level => this.level(level, scale, colors))],
      };
    }

    levelPlace(level) {
      return this.spec.metrics.findIndex(metric => metric.label === level.metric);
    }

    level(level, scale, colors) {
      return {
        type: "line", xref: "paper", x0: 0, x1: 1, y0: level.value / scale.factor, y1: level.value / scale.factor,
        line: { color: colors.lines[this.levelPlace(level) % 2], width: 1, dash: "dash" }, opacity: 0.8,
      };
    }

    levelText(level, scale, colors) {
      return {
        text: `${escaped(level.title)} ${number(level.value / scale.factor)}`, xref: "paper", y: level.value / scale.factor,
        // One to the left and one to the right, or two of the same speed would lie on each other.
        x: this.levelPlace(level) ? 0 : 1, xanchor: this.levelPlace(level) ? "left" : "right", yanchor: "bottom", showarrow: false, font: { size: 10, color: colors.lines[this.levelPlace(level) % 2] },
      };
    }

    /** Alarms from when they were raised to when they were cleared, or to now; changes as thin lines. */
    spans(answer) {
      const from = Date.parse(answer.start), to = Date.parse(answer.end);
      return answer.marks.map(mark => {
        const begin = Math.max(Date.parse(mark.at), from);
        const end = mark.kind === "change" ? begin : Math.min(mark.until ? Date.parse(mark.until) : Date.now(), to);
        const color = MARKS[mark.color] || mark.color;
        const shape = { yref: "paper", y0: 0, y1: 1, x0: this.panel.zone.wall(begin), x1: this.panel.zone.wall(end), layer: "below" };
        return mark.kind === "change"
          ? { ...shape, type: "line", line: { color, width: 1, dash: "dot" } }
          : { ...shape, type: "rect", fillcolor: color, opacity: 0.12, line: { color, width: 1 } };
      });
    }

    /** The latest value of each curve beside the title, which also says to a screen reader what the picture shows. */
    headline(curves, scale, colors) {
      const words = this.panel.settings.words;
      const said = [];
      this.now.replaceChildren();
      for (const curve of curves) {
        let at = curve.mean.length - 1;
        while (at >= 0 && curve.mean[at] === null) at -= 1;
        if (at < 0) continue;
        const value = `${number(curve.mean[at] / scale.factor)} ${scale.name}`.trim();
        const swatch = node("span", { class: "gam-chart-line", "aria-hidden": "true" });
        swatch.style.background = colors.lines[curve.place % 2];
        const time = node("time", { datetime: new Date(curve.stamps[at]).toISOString(), title: this.panel.zone.text(curve.stamps[at]) });
        time.textContent = ago(curve.stamps[at]);
        const shown = node("span", { class: "me-2 text-nowrap", title: curve.name }, swatch);
        if (curves.length > 1) shown.append(`${curve.name} `);
        shown.append(node("strong", {}, value), " ", time);
        this.now.append(shown);
        const all = curve.mean.filter(each => each !== null);
        const extreme = pick => number(pick(...all) / scale.factor);
        said.push(`${curve.name}: ${words.latest} ${value}, ${words.low} ${extreme(Math.min)}, ${words.high} ${extreme(Math.max)}`);
      }
      this.plot.setAttribute("aria-label", `${this.title}. ${said.join("; ")}`);
    }

    wire() {
      this.wired = true;
      this.plot.on("plotly_relayout", change => {
        const from = change["xaxis.range[0]"], to = change["xaxis.range[1]"];
        if (from && to) this.panel.zoom(this.panel.zone.stamp(String(from)), this.panel.zone.stamp(String(to)));
      });
      this.plot.on("plotly_doubleclick", () => this.panel.back());
      this.plot.on("plotly_click", event => {
        const point = event.points.find(each => each.data.meta === "marks");
        if (point) window.location.assign(point.customdata);
      });
    }
  }

  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  // ------------------------------------------------------------------------------------------------------------------- panel

  /** All charts of a page, their range of time and the data they share. */
  class Panel {
    constructor(root) {
      this.root = root;
      this.settings = JSON.parse(root.querySelector("script[type='application/json']").textContent);
      this.zone = new Zone(this.settings.timeZone);
      this.charts = new Map();
      this.before = [];
      this.find = name => root.querySelector(`[data-charts-${name}]`);
      this.range = this.fromAddress() || { name: this.settings.range };
      this.wire();
      this.show();
      // What nobody has scrolled to costs nothing.
      this.observer = new IntersectionObserver(entries => {
        if (entries.some(entry => entry.isIntersecting)) { this.observer.disconnect(); this.load(); }
      }, { rootMargin: "200px" });
      this.observer.observe(root);
    }

    wire() {
      this.root.querySelectorAll("[data-charts-range]").forEach(button =>
        button.addEventListener("click", () => this.choose({ name: button.dataset.chartsRange })));
      this.find("custom").addEventListener("click", () => this.toggleForm());
      this.find("form").addEventListener("submit", event => { event.preventDefault(); this.chooseFromForm(event.target); });
      window.addEventListener("hashchange", () => {
        const range = this.root.isConnected && this.fromAddress();
        if (range) { this.range = range; this.show(); this.load(); }
      });
      new MutationObserver(() => this.root.isConnected && this.answer && this.draw())
        .observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
      document.addEventListener("visibilitychange", () => this.root.isConnected && !document.hidden && this.due && this.load());
    }

    // Range of time ---------------------------------------------------------------------------------------------------------

    fromAddress() {
      const given = new URLSearchParams(location.hash.slice(1));
      const from = Date.parse(given.get("from")), to = Date.parse(given.get("to"));
      if (from < to) return { from, to };
      return this.settings.ranges[given.get("range")] ? { name: given.get("range") } : null;
    }

    choose(range) {
      this.before.push(this.range);
      this.apply(range);
    }

    apply(range) {
      this.range = range;
      const brief = stamp => new Date(stamp).toISOString().replace(/\.\d+Z$/, "Z");
      const hash = range.name ? `range=${range.name}` : `from=${brief(range.from)}&to=${brief(range.to)}`;
      history.replaceState(history.state, "", `#${hash}`);
      this.show();
      this.load();
    }

    zoom(from, to) {
      // Under a minute there is never more than a sample.
      const middle = (from + to) / 2, half = Math.max(to - from, 60000) / 2;
      this.choose({ from: middle - half, to: middle + half });
    }

    back() {
      if (this.before.length) this.apply(this.before.pop());
    }

    toggleForm(open = this.find("form").classList.contains("d-none")) {
      this.find("form").classList.toggle("d-none", !open);
      this.find("custom").setAttribute("aria-expanded", String(open));
      if (!open) return;
      const { start, end } = this.span();
      const form = this.find("form");
      form.elements.from.value = this.zone.wall(start).slice(0, 16);
      form.elements.to.value = this.zone.wall(end).slice(0, 16);
      form.elements.from.focus();
    }

    chooseFromForm(form) {
      const from = this.zone.stamp(form.elements.from.value), to = this.zone.stamp(form.elements.to.value);
      this.find("complaint").textContent = from < to ? "" : this.settings.words.order;
      if (from < to) this.choose({ from, to });
    }

    span() {
      if (!this.range.name) return { start: this.range.from, end: this.range.to };
      const end = Date.now();
      return { start: end - this.settings.ranges[this.range.name].seconds * 1000, end };
    }

    show() {
      this.root.querySelectorAll("[data-charts-range]").forEach(button =>
        button.setAttribute("aria-pressed", String(button.dataset.chartsRange === this.range.name)));
      this.find("custom").setAttribute("aria-pressed", String(!this.range.name));
    }

    // Data --------------------------------------------------------------------------------------------------------------------

    query() {
      const { start, end } = this.span();
      return new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
    }

    async load() {
      clearTimeout(this.timer);
      this.observer.disconnect();
      this.due = false;
      this.waiting?.abort();
      const waiting = this.waiting = new AbortController();
      const words = this.settings.words;
      const query = this.query();
      this.find("csv").href = `${this.settings.url}?${query}&format=csv`;
      if (!this.answer) this.find("status").textContent = words.loading;
      try {
        const response = await fetch(`${this.settings.url}?${query}`, { headers: { Accept: "application/json" }, signal: waiting.signal });
        if (!response.ok) throw new Error(await this.complaint(response));
        this.answer = this.prepare(await response.json());
        await this.draw();
        this.find("status").textContent = this.answer.sources.some(source => source.at.length) ? words[this.answer.resolution] : "";
      } catch (error) {
        if (error.name === "AbortError") return;
        this.notice(words.failed, error.message, { text: words.retry, act: () => this.load() });
        this.find("status").textContent = "";
      }
      this.again();
    }

    async complaint(response) {
      try {
        return Object.entries(await response.json()).map(([name, said]) => `${name}: ${said}`).join(" ");
      } catch {
        return `${response.status} ${response.statusText}`;
      }
    }

    again() {
      const seconds = this.range.name && this.settings.ranges[this.range.name].refresh;
      if (!seconds) return;
      this.timer = setTimeout(() => {
        if (!this.root.isConnected) return;
        if (document.hidden) this.due = true; else this.load();
      }, seconds * 1000);
    }

    prepare(answer) {
      for (const source of answer.sources) {
        source.stamps = source.at.map(Date.parse);
        source.walls = source.stamps.map(stamp => this.zone.wall(stamp));
      }
      return answer;
    }

    // Drawing -----------------------------------------------------------------------------------------------------------------

    async draw() {
      const wanted = this.wanted();
      this.root.setAttribute("aria-busy", "true");
      if (wanted.length) {
        const Plotly = await loadLibrary(this.settings.library);
        this.find("notice").classList.add("d-none");
        this.find("grid").replaceChildren(...wanted.map(chart => chart.root));
        for (const chart of wanted) await chart.draw(Plotly, this.answer);
      } else {
        this.find("grid").replaceChildren();
        this.notice(this.settings.words.empty, `${this.settings.words.longer} ${this.settings.nextStep}`);
      }
      this.find("footer").classList.toggle("d-none", !wanted.length);
      this.listMarks();
      this.root.setAttribute("aria-busy", "false");
      this.root.dataset.drawn = String(wanted.length);
    }

    /** Charts that have anything to show, in the page's order; kept from one answer to the next. */
    wanted() {
      const found = [];
      for (const spec of this.settings.charts) {
        const labels = spec.metrics.map(metric => metric.label);
        const sources = this.answer.sources.filter(source => source.at.length && source.curves.some(curve => labels.includes(curve.metric)));
        const keys = spec.each ? [...new Set(sources.map(source => source.key))] : sources.length ? [""] : [];
        for (const key of keys) {
          const id = `${spec.name} ${key}`;
          if (!this.charts.has(id)) this.charts.set(id, new Chart(spec, key, this));
          found.push(this.charts.get(id));
        }
      }
      return found;
    }

    notice(title, detail, action) {
      const notice = this.find("notice");
      notice.replaceChildren(node("strong", {}, title), " ", detail);
      if (action) {
        const button = node("button", { type: "button", class: "btn btn-sm btn-outline-secondary ms-2" }, action.text);
        button.addEventListener("click", action.act);
        notice.append(button);
      }
      notice.classList.remove("d-none");
    }

    /** The marks once more as a list: to read, and to reach without a mouse. */
    listMarks() {
      const marks = this.answer.marks;
      const details = this.find("marks");
      details.classList.toggle("d-none", !marks.length);
      details.querySelector("summary").textContent = `${this.settings.words.marks} (${marks.length})`;
      details.querySelector("ul").replaceChildren(...[...marks].reverse().map(mark => {
        const until = mark.kind === "change" ? "" : ` – ${mark.until ? this.zone.text(Date.parse(mark.until)) : this.settings.words.standing}`;
        const swatch = node("span", { class: "gam-charts-swatch me-2", "aria-hidden": "true" });
        swatch.style.background = MARKS[mark.color] || mark.color;
        const when = `${this.zone.text(Date.parse(mark.at))}${until} `;
        return node("li", {}, swatch, when, node("a", { href: mark.url }, mark.title));
      }));
    }
  }

  document.querySelectorAll("[data-gam-charts]:not([data-ready])").forEach(root => {
    root.dataset.ready = "true";
    new Panel(root);
  });
})();
