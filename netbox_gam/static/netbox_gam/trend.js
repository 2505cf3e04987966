/* Draws the trend of the revenue page: services concerned per day, by class. The data is in the page, from netbox_gam/ui/revenue.py. */
(function () {
  "use strict";

  const LINES = ["#d63939", "#f76707", "#d9a406", "#ae3ec9", "#d6336c"];
  const COLORS = { light: { text: "#49566c", grid: "#e6e8ec" }, dark: { text: "#c8d3e1", grid: "#334055" } };

  function draw(place, data) {
    const theme = document.documentElement.getAttribute("data-bs-theme") === "dark" ? COLORS.dark : COLORS.light;
    const traces = data.series.map((one, number) => ({
      x: one.days, y: one.counts, customdata: one.monthly, name: one.name, mode: "lines+markers",
      line: { color: LINES[number % LINES.length], width: 2 }, marker: { size: 5 },
      hovertemplate: `%{y} · ${data.words.monthly}: %{customdata:,.2f}<extra>${one.name}</extra>`,
    }));
    const axis = { gridcolor: theme.grid, linecolor: theme.grid, zerolinecolor: theme.grid };
    window.Plotly.react(place, traces, {
      paper_bgcolor: "transparent", plot_bgcolor: "transparent", font: { color: theme.text }, margin: { t: 10, r: 10, b: 40, l: 50 },
      xaxis: { ...axis, type: "date", tickformat: "%Y-%m-%d" }, yaxis: { ...axis, rangemode: "tozero", title: { text: data.words.counts } },
      legend: { orientation: "h", y: -0.2 }, hovermode: "x unified", hoverlabel: { bgcolor: theme.grid, font: { color: theme.text } },
    }, { responsive: true, displayModeBar: false });
  }

  const place = document.getElementById("revenue-trend");
  const stored = document.getElementById("revenue-trend-data");
  if (!place || !stored) return;
  const data = JSON.parse(stored.textContent);
  const library = document.createElement("script");
  library.src = data.library;
  library.onload = () => {
    draw(place, data);
    new MutationObserver(() => draw(place, data)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  };
  document.head.append(library);
})();
