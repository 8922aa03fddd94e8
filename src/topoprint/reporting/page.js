// Draws the matrices from the CSV files that the page holds.
const SIDE = 400, LEFT = 32, TOP = 46;
const svg = (name, attributes, text = "") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};
// Labels hold neither commas nor quotes: they are names of networks and data sets.
const parse = (link) => {
  const lines = decodeURIComponent(link.href.slice(link.href.indexOf(",") + 1)).trim().split("\n");
  const [[, ...labels], ...rows] = lines.map((line) => line.split(","));
  return { labels, values: rows.map((row) => row.slice(1).map((cell) => (cell === "" ? NaN : Number(cell)))) };
};

function picture(values, order, top) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = order.length;
  const context = canvas.getContext("2d");
  const gap = getComputedStyle(document.body).getPropertyValue("--gap");
  order.forEach((row, y) => order.forEach((column, x) => {
    const value = values[row][column];
    context.fillStyle = Number.isNaN(value) ? gap : COLOURS[Math.round((value / top) * (COLOURS.length - 1))];
    context.fillRect(x, y, 1, 1);
  }));
  return canvas.toDataURL();
}

function draw(map, values, order, spans) {
  const count = order.length, side = SIDE / count, down = Math.ceil(count / 32), across = Math.ceil(count / 18);
  const drawn = svg("svg", { viewBox: `0 0 ${LEFT + SIDE + 2} ${TOP + SIDE + 2}`, "aria-hidden": "true" });
  drawn.append(svg("image", { href: picture(values, order, Number(map.dataset.top)), x: LEFT, y: TOP, width: SIDE, height: SIDE, preserveAspectRatio: "none" }));
  order.forEach((network, place) => {
    const middle = (place + 0.5) * side;
    if (place % down === 0) drawn.append(svg("text", { class: "row", x: LEFT - 5, y: TOP + middle + 4 }, network + 1));
    if (place % across === 0) drawn.append(svg("text", { x: LEFT + middle, y: TOP - 6 }, network + 1));
  });
  spans.forEach(([group, first, last], number) => {
    drawn.append(svg("text", { class: "group", x: LEFT + ((first + last) / 2) * side, y: number % 2 ? 12 : 25 }, group));
    if (!first) return;
    const lines = `M${LEFT} ${TOP + first * side} h${SIDE} M${LEFT + first * side} ${TOP} v${SIDE}`;
    drawn.append(svg("path", { d: lines, fill: "none", stroke: "#000", "stroke-opacity": 0.45, "stroke-width": 3, "stroke-dasharray": "6 4" }));
    drawn.append(svg("path", { d: lines, fill: "none", stroke: "#fff", "stroke-width": 1.4, "stroke-dasharray": "6 4" }));
  });
  const at = svg("rect", { class: "at", width: side, height: side, visibility: "hidden" });
  drawn.append(at);
  map.replaceChildren(drawn);
  return { drawn, at };
}

const told = (value) => (Number.isNaN(value) ? "not comparable" : String(Number(value.toPrecision(5))));

function table(box, labels, values) {
  const made = document.createElement("table");
  const row = (parent, head, cells, kind) => {
    const line = parent.insertRow();
    const first = document.createElement("th");
    first.scope = kind === "th" ? "col" : "row";
    first.textContent = head;
    line.append(first, ...cells.map((text) => {
      const cell = document.createElement(kind);
      if (kind === "th") cell.scope = "col";
      cell.textContent = text;
      return cell;
    }));
  };
  row(made.createTHead(), "network", labels.map((label, number) => `${number + 1} ${label}`), "th");
  const body = made.createTBody();
  labels.forEach((label, number) => row(body, `${number + 1} ${label}`, values[number].map(told), "td"));
  box.replaceChildren(made);
}

for (const measure of document.querySelectorAll(".measure")) {
  const [mean, std] = [...measure.querySelectorAll(".part .links a")].map(parse);
  const byDendrogram = JSON.parse(measure.dataset.order), spans = JSON.parse(measure.dataset.spans);
  const given = byDendrogram.map((_, number) => number);
  const button = measure.querySelector("button"), cell = measure.querySelector(".cell");
  const maps = [...measure.querySelectorAll(".map")].map((map) => ({ map, row: 0, column: 0 }));
  let order = given;
  const tell = (one) => {
    const [row, column] = [order[one.row], order[one.column]], side = SIDE / order.length;
    const name = (network) => `${network + 1} ${mean.labels[network]}`;
    const distance = told(mean.values[row][column]);
    const deviation = Number.isNaN(mean.values[row][column]) ? "" : ` ± ${Number(std.values[row][column].toPrecision(3))}`;
    cell.textContent = `${name(row)} – ${name(column)}: ${distance}${deviation}`;
    one.at.setAttribute("x", LEFT + one.column * side);
    one.at.setAttribute("y", TOP + one.row * side);
    one.at.setAttribute("visibility", "visible");
  };
  const redraw = () => {
    for (const one of maps) {
      const values = one.map.closest(".part") === measure.querySelector(".part") ? mean.values : std.values;
      Object.assign(one, draw(one.map, values, order, order === given ? spans : []));
    }
  };
  redraw();
  for (const one of maps) {
    const point = (event) => {
      const box = one.drawn.getBoundingClientRect(), unit = (LEFT + SIDE + 2) / box.width;
      const place = (at, margin) => Math.floor((at * unit - margin) / (SIDE / order.length));
      const row = place(event.clientY - box.top, TOP), column = place(event.clientX - box.left, LEFT);
      if (Math.min(row, column) < 0 || Math.max(row, column) >= order.length) return;
      Object.assign(one, { row, column });
      tell(one);
    };
    one.map.addEventListener("pointermove", point);
    one.map.addEventListener("pointerdown", point);
    one.map.addEventListener("focus", () => tell(one));
    one.map.addEventListener("keydown", (event) => {
      const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] || [0, 0];
      if (!down && !right) return;
      event.preventDefault();
      const within = (place) => Math.max(0, Math.min(order.length - 1, place));
      Object.assign(one, { row: within(one.row + down), column: within(one.column + right) });
      tell(one);
    });
  }
  measure.querySelector(".tools").hidden = !maps.length;
  button.addEventListener("click", () => {
    order = order === given ? byDendrogram : given;
    button.setAttribute("aria-pressed", String(order !== given));
    cell.textContent = "";
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const details = measure.querySelector(".values");
  details.hidden = false;
  details.addEventListener("toggle", () => table(details.lastElementChild, mean.labels, mean.values), { once: true });
}
