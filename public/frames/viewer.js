// Shows a PDF document that a stranger sent, in an origin of nobody's and without a network: the
// page hands the bytes over and hears how many pages there are and which one is in sight.
import * as pdf from "./{{pdf}}";
import { connect } from "./{{wire}}";

/** Pages that keep their picture; the rest is drawn again when it comes in sight. */
const KEPT = 8;
/** Most pixels of one picture. */
const PIXELS = 16e6;
const RANGE = [0.1, 8];

/** Where that lies which documents leave out, by the names of the files. */
const PACKS = [
  [/^openjpeg/, () => import("./{{pdf-jpeg2000}}")],
  [/^jbig2/, () => import("./{{pdf-jbig2}}")],
  [/^Foxit/, () => import("./{{pdf-signs}}")],
  [/^(Adobe-|Uni)?GB/, () => import("./{{pdf-gb}}")],
  [/^(Adobe-|Uni)?CNS|B5/, () => import("./{{pdf-cns}}")],
  [/^(Adobe-Korea|UniKS|KS)/, () => import("./{{pdf-korea}}")],
  [/\.bcmap$/, () => import("./{{pdf-japan}}")],
];

const root = document.getElementById("pages");
const pages = [];
const drawn = [];
let opened = null;
let scale = 0;
let say = () => {};
let at = 0;

/** Readies a thread for reading documents. An origin of nobody's may begin one only from memory. */
async function thread() {
  const source = new URL("./{{pdf-worker}}", import.meta.url).href;
  pdf.GlobalWorkerOptions.workerSrc = source;
  const start = new Blob([`import ${JSON.stringify(source)};`], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(start), { type: "module" });
  return new Promise((resolve) => {
    worker.addEventListener("message", () => {
      pdf.GlobalWorkerOptions.workerPort = worker;
      resolve();
    }, { once: true });
    // Without it documents are read in the frame itself.
    worker.addEventListener("error", resolve, { once: true });
  });
}

/** Hands the library what a document leaves out. It is in scripts: they are all that may be loaded here. */
class LeftOut {
  async fetch({ filename }) {
    const pack = PACKS.find(([names]) => names.test(filename));
    const files = (await pack?.[1]())?.default ?? {};
    if (!Object.hasOwn(files, filename)) throw new Error(`there is no ${filename}`);
    const packed = Uint8Array.from(atob(files[filename]), (letter) => letter.charCodeAt(0));
    const whole = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(whole).arrayBuffer());
  }
}

/** The scale at which the widest page fills the width. */
function fitting() {
  const widest = Math.max(...pages.map(({ size }) => size.width));
  return (root.clientWidth - 24) / widest;
}

function used() {
  return scale || Math.min(fitting(), 2);
}

/** Gives every page its room, drawn or not. */
function lay() {
  const now = used();
  for (const { box, size } of pages) {
    box.style.width = `${Math.floor(size.width * now)}px`;
    box.style.height = `${Math.floor(size.height * now)}px`;
    box.style.setProperty("--total-scale-factor", now);
  }
}

/** Lays the pages anew around the one in sight. */
function relay() {
  const page = pages[at];
  if (!page) return;
  const into = (root.scrollTop - page.box.offsetTop) / Math.max(page.box.offsetHeight, 1);
  lay();
  root.scrollTop = page.box.offsetTop + into * page.box.offsetHeight;
  for (const index of drawn.splice(0)) wipe(index);
  for (const [index, { inSight }] of pages.entries()) if (inSight) draw(index);
}

function wipe(index) {
  const page = pages[index];
  page.task?.cancel();
  page.task = null;
  page.turn += 1;
  page.box.replaceChildren();
}

async function draw(index) {
  const page = pages[index];
  if (drawn.includes(index)) return;
  drawn.push(index);
  for (const far of drawn.filter((known) => !pages[known].inSight).slice(0, Math.max(drawn.length - KEPT, 0))) {
    drawn.splice(drawn.indexOf(far), 1);
    wipe(far);
  }
  const turn = page.turn;
  const sheet = await opened.getPage(index + 1);
  if (turn !== page.turn) return;
  const viewport = sheet.getViewport({ scale: used() });
  const area = viewport.width * viewport.height;
  const density = Math.min(devicePixelRatio || 1, 2, Math.sqrt(PIXELS / area));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(viewport.width * density));
  canvas.height = Math.max(1, Math.floor(viewport.height * density));
  const words = document.createElement("div");
  words.className = "words";
  page.box.append(canvas, words);
  const transform = density === 1 ? undefined : [density, 0, 0, density, 0, 0];
  page.task = sheet.render({ canvas, viewport, transform });
  try {
    await page.task.promise;
    const text = new pdf.TextLayer({
      textContentSource: sheet.streamTextContent(),
      container: words,
      viewport,
    });
    await text.render();
  } catch (error) {
    // A page that is wiped stops drawing; one that cannot be drawn stays white.
    if (error?.name !== "RenderingCancelledException") console.warn(String(error));
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const index = Number(target.dataset.index);
    pages[index].inSight = isIntersecting;
    if (isIntersecting) draw(index);
  }
}, { root, rootMargin: "100% 0px" });

/** Says which page is in the middle of what is seen. */
function tellPlace() {
  const middle = root.scrollTop + root.clientHeight / 2;
  const found = pages.findIndex(({ box }) => box.offsetTop + box.offsetHeight >= middle);
  const now = found < 0 ? pages.length - 1 : found;
  if (now === at) return;
  at = now;
  say({ is: "at", page: at + 1 });
}

async function open({ file }) {
  await thread().catch(() => {});
  try {
    opened = await pdf.getDocument({
      data: new Uint8Array(await file.arrayBuffer()),
      enableXfa: false,
      isEvalSupported: false,
      useWorkerFetch: false,
      BinaryDataFactory: LeftOut,
      stopAtErrors: false,
    }).promise;
  } catch (error) {
    return say({ is: "failed", locked: error?.name === "PasswordException" });
  }
  const first = (await opened.getPage(1)).getViewport({ scale: 1 });
  for (let index = 0; index < opened.numPages; index += 1) {
    const box = document.createElement("div");
    box.className = "page";
    box.dataset.index = index;
    // Most documents have pages of one size; the true one comes with the page.
    pages.push({ box, size: first, inSight: false, task: null, turn: 0 });
  }
  lay();
  root.append(...pages.map(({ box }) => box));
  say({ is: "pages", count: pages.length });
  for (const { box } of pages) seen.observe(box);
  measure();
}

/** Learns the true size of every page, a few at a time. */
async function measure() {
  let changed = false;
  for (const [index, page] of pages.entries()) {
    const size = (await opened.getPage(index + 1)).getViewport({ scale: 1 });
    changed ||= size.width !== page.size.width || size.height !== page.size.height;
    page.size = size;
    if (changed && (index % 50 === 49 || index === pages.length - 1)) {
      changed = false;
      relay();
    }
  }
}

function zoom(by) {
  scale = by ? Math.min(Math.max(used() * by, RANGE[0]), RANGE[1]) : 0;
  relay();
}

function turn(by) {
  const to = Math.min(Math.max(at + by, 0), pages.length - 1);
  if (pages[to]) root.scrollTop = pages[to].box.offsetTop - 12;
}

const VERBS = {
  open,
  zoom: ({ by }) => zoom(by),
  turn: ({ by }) => turn(by),
  look: ({ dark }) => document.documentElement.classList.toggle("is-dark", dark),
};

root.addEventListener("scroll", tellPlace, { passive: true });
addEventListener("resize", () => { if (!scale) relay(); });
addEventListener("keydown", ({ key }) => { if (key === "Escape") say({ is: "leave" }); });

say = await connect((message) => VERBS[message?.do]?.(message));
