"use strict";

// Keeps the page in step with the server: server-sent events for the streams, htmx for the orders.
(() => {
  const language = document.documentElement.lang;
  const byId = id => document.getElementById(id);
  const POINTS_MAX = 300;
  const SILENCE_MS_MAX = 7000;
  const NEWS_MS = 2500;
  const TENANT_MS = 30_000;
  const CAPTURE_MS = 3_000;

  const FORMATS = {
    time: {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"},
    datetime: {day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"},
    precise: {hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23"},
  };
  const formatters = {};
  function said(iso, format) {
    formatters[format] ??= new Intl.DateTimeFormat(language, FORMATS[format]);
    return formatters[format].format(new Date(iso));
  }
  function sayTimes(root) {
    root.querySelectorAll("time[data-format]").forEach(time => {
      time.textContent = said(time.dateTime, time.dataset.format);
      time.title = new Date(time.dateTime).toLocaleString(language);
    });
  }

  // --- The streams

  function setText(element, text) {
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }

  function showStation(station) {
    const card = document.querySelector(`[data-station="${station.id}"]`);
    if (!card) {
      return;
    }
    card.dataset.condition = station.condition;
    card.dataset.moving = station.moving;
    card.parentElement.classList.toggle("moving", station.moving);
    setText(card.querySelector(".word"), station.word);
    setText(card.querySelector(".note"), station.note);
    card.querySelectorAll("dd").forEach((value, i) => setText(value, station.figures[i].value));
  }

  let shownTroubles = "";
  let announced = null;
  const title = document.title;
  function showTroubles(troubles) {
    const box = byId("troubles");
    const key = JSON.stringify(troubles);
    if (key === shownTroubles) {
      return;
    }
    shownTroubles = key;
    const lines = troubles.map(trouble => {
      const line = document.createElement("p");
      line.className = "alert " + trouble.condition;
      if (trouble.station) {
        const station = document.createElement("strong");
        station.textContent = trouble.station;
        line.append(station, " ");
      }
      line.append(trouble.text);
      return line;
    });
    box.replaceChildren(...lines);
    const count = troubles.filter(trouble => trouble.station).length;
    document.title = (count > 0 ? `(${count}) ` : "") + title;
    // Waiting times change every second; spoken is only what is new in kind.
    const kinds = JSON.stringify(troubles.map(trouble => [trouble.station, trouble.condition]));
    if (announced !== null && announced !== kinds) {
      byId("announcement").textContent = lines.map(line => line.textContent).join(" ");
    }
    announced = kinds;
  }

  function showAgent(agent) {
    const here = byId("agent-here");
    const away = byId("agent-away");
    if (!agent || !here) {
      return;
    }
    here.hidden = !agent.connected;
    away.hidden = agent.connected;
    const time = away.querySelector("time");
    time.dateTime = agent.heardAt;
    setText(time, said(agent.heardAt, "datetime"));
  }

  // --- The history

  const history = byId("history");
  let points = [];
  let chart = null;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const TICKS = [1, 2, 5].flatMap(step => [0, 1, 2, 3, 4, 5, 6].map(power => step * 10 ** power)).sort((a, b) => a - b);
  const rate = new Intl.NumberFormat(language, {maximumFractionDigits: 0});

  function drawChart() {
    chart?.destroy();
    const axis = {stroke: colour("--muted"), grid: {stroke: colour("--line"), width: 1}, ticks: {stroke: colour("--line"), width: 1}};
    chart = new uPlot({
      width: Math.max(200, history.clientWidth),
      height: 200,
      cursor: {show: false},
      legend: {show: false},
      scales: {
        x: {range: () => { const now = points.length ? points.at(-1)[0] : Date.now() / 1000; return [now - POINTS_MAX, now]; }},
        y: {range: (_, __, max) => [0, Math.max(10, (max ?? 0) * 1.15)]},
      },
      axes: [
        {...axis, space: 70, values: (_, ticks) => ticks.map(t => said(t * 1000, "time").slice(0, 5))},
        {...axis, size: 56, incrs: TICKS, values: (_, ticks) => ticks.map(t => rate.format(t))},
      ],
      series: [
        {},
        {label: history.dataset.received, stroke: colour("--down"), width: 2, points: {show: false}},
        {label: history.dataset.applied, stroke: colour("--up"), width: 2, dash: [6, 4], points: {show: false}},
      ],
    }, columns(), history);
  }

  // A pause between two points is drawn as a gap.
  function columns() {
    const data = [[], [], []];
    points.forEach((point, i) => {
      if (i > 0 && point[0] - points[i - 1][0] > 3.5) {
        data[0].push(points[i - 1][0] + 1);
        data[1].push(null);
        data[2].push(null);
      }
      point.forEach((value, column) => data[column].push(value));
    });
    return data;
  }

  function showHistory() {
    chart?.setData(columns());
    const last = points.at(-1);
    if (!last) {
      return;
    }
    const legend = byId("history-now");
    const parts = [["received", last[1]], ["applied", last[2]]].map(([name, value]) => {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = `${history.dataset[name]}: ${rate.format(value)}/s`;
      return part;
    });
    legend.replaceChildren(...parts);
  }

  // --- The connection

  const connection = byId("connection");
  let lastAt = byId("at").dateTime;
  let heardAt = Date.now();
  let source = null;
  let retry = 0;

  function stale(kind) {
    document.body.classList.add("stale");
    const text = connection.dataset[kind].replace("{0}", said(lastAt, "time"));
    if (!connection.hidden && connection.dataset.text === text) {
      return;
    }
    connection.dataset.text = text;
    const again = document.createElement("a");
    again.href = "/";
    again.textContent = connection.dataset.again;
    connection.replaceChildren(text + " ", again);
    connection.hidden = false;
  }

  function wellAgain() {
    heardAt = Date.now();
    document.body.classList.remove("stale");
    connection.hidden = true;
  }

  function connect() {
    clearTimeout(retry);
    source?.close();
    source = new EventSource("/console/events");
    source.addEventListener("history", event => {
      points = JSON.parse(event.data);
      showHistory();
    });
    source.addEventListener("streams", event => {
      const streams = JSON.parse(event.data);
      lastAt = streams.at;
      byId("at").dateTime = streams.at;
      setText(byId("at"), said(streams.at, "time"));
      streams.stations.forEach(showStation);
      showTroubles(streams.troubles);
      showAgent(streams.agent);
      if (points.length === 0 || points.at(-1)[0] < streams.point[0]) {
        points.push(streams.point);
        points.splice(0, points.length - POINTS_MAX);
      }
      showHistory();
      news(streams.lastEvent);
      wellAgain();
    });
    source.addEventListener("fault", () => {
      heardAt = Date.now();
      stale("fault");
    });
    source.onerror = () => {
      stale("lost");
      // The browser tries again by itself unless the server refused; then we do, less often.
      if (source.readyState === EventSource.CLOSED) {
        retry = setTimeout(again, 5000);
      }
    };
  }

  // An event source does not tell why it was refused: whoever is no longer signed in goes to sign in.
  async function again() {
    const answer = await fetch("/console/tenant", {method: "HEAD"}).catch(() => null);
    if (answer?.status === 401) {
      location.reload();
    } else {
      connect();
    }
  }

  setInterval(() => {
    if (Date.now() - heardAt > SILENCE_MS_MAX) {
      stale("lost");
    }
  }, 1000);

  // --- The tenant

  const tenant = byId("tenant");
  setInterval(() => {
    // What is open is being read.
    if (!tenant.querySelector("details[open]")) {
      htmx.trigger(tenant, "refresh");
    }
  }, TENANT_MS);

  // --- The tables' capture

  const capture = byId("capture");
  setInterval(() => {
    // Whoever is about to press a button keeps it where it is.
    if (!document.hidden && !capture.contains(document.activeElement)) {
      htmx.trigger(capture, "refresh");
    }
  }, CAPTURE_MS);

  // --- The orders

  const list = byId("orders-list");
  const filter = byId("orders-filter");
  const newsButton = byId("orders-news");
  let seenEvent = null;
  let wantedEvent = null;
  let refreshedAt = 0;

  function news(lastEvent) {
    seenEvent ??= lastEvent;
    wantedEvent = lastEvent;
    if (wantedEvent === seenEvent) {
      return;
    }
    const reading = list.querySelector("[aria-expanded=true]") || filter.contains(document.activeElement);
    newsButton.hidden = !reading;
    if (!reading && Date.now() - refreshedAt > NEWS_MS) {
      refresh();
    }
  }

  function refresh() {
    seenEvent = wantedEvent;
    refreshedAt = Date.now();
    newsButton.hidden = true;
    htmx.trigger(filter, "refresh");
  }
  newsButton.addEventListener("click", refresh);

  list.addEventListener("click", event => {
    const button = event.target.closest("button[aria-expanded]");
    if (!button) {
      return;
    }
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    byId(button.getAttribute("aria-controls")).parentElement.hidden = !open;
    if (open) {
      htmx.trigger(button, "open");
    }
  });

  document.body.addEventListener("htmx:afterSwap", event => sayTimes(event.target));
  document.body.addEventListener("htmx:responseError", event => {
    if (event.detail.xhr.status === 401) {
      location.reload();
    } else {
      ordersFailed(event);
    }
  });
  document.body.addEventListener("htmx:sendError", ordersFailed);
  document.body.addEventListener("htmx:timeout", ordersFailed);
  function ordersFailed(event) {
    if (event.detail.target.closest("#tenant, #capture")) {
      return;
    }
    const line = document.createElement("p");
    line.className = "alert still";
    line.setAttribute("role", "alert");
    line.textContent = list.dataset.failed;
    event.detail.target.prepend(line);
  }

  sayTimes(document);
  drawChart();
  dark.addEventListener("change", drawChart);
  new ResizeObserver(() => chart?.setSize({width: Math.max(200, history.clientWidth), height: 200})).observe(history);
  connect();
})();
