// The editor of rich text. It holds what strangers wrote beside what the user writes, in an origin
// of nobody's; the page tells it what to do and hears what becomes of the text.
import Squire from "./{{squire}}";
import { connect } from "./{{wire}}";
import { textOf, isFormatted } from "./{{editor-text}}";
import { fragmentOf, keepPicture, named, outgoing } from "./{{editor-html}}";

const PAUSE_MS = 150;
/** Wider pictures are shown and sent at this width. */
const WIDEST = 640;
const QUOTE = "margin:0 0 0 2px;padding-inline-start:12px;border-inline-start:2px solid #b8c2c5";

const root = document.getElementById("text");
const dir = { dir: "auto" };
const editor = new Squire(root, {
  blockAttributes: dir,
  tagAttributes: { li: dir, blockquote: { type: "cite", style: QUOTE } },
  sanitizeToDOMFragment: fragmentOf,
});

let say = () => {};
let timer = 0;
let sent = null;
let lastPaste = 0;
let isOpen = false;

/** Tells the page what is written, where that changed. */
function tell() {
  clearTimeout(timer);
  timer = 0;
  if (!isOpen) return;
  const html = outgoing(root);
  if (html === sent) return;
  sent = html;
  say({ is: "changed", html, text: textOf(root), formatted: isFormatted(root) });
}

function tellSoon() {
  timer ||= setTimeout(tell, PAUSE_MS);
}

function tellState() {
  const has = (tag) => editor.hasFormat(tag);
  const { fontSize = "", color = "" } = editor.getFontInfo();
  const link = root.querySelector("a") && linkAt()?.getAttribute("href");
  say({
    is: "state", bold: has("B"), italic: has("I"), underline: has("U"), strike: has("S"),
    bullets: has("UL"), numbers: has("OL"), quote: has("BLOCKQUOTE"), link: link || "", fontSize, color,
  });
}

function linkAt() {
  const at = editor.getSelection()?.startContainer;
  return (at?.nodeType === Node.ELEMENT_NODE ? at : at?.parentElement)?.closest?.("a[href]");
}

const toggles = {
  bold: ["B", "bold", "removeBold"],
  italic: ["I", "italic", "removeItalic"],
  underline: ["U", "underline", "removeUnderline"],
  strike: ["S", "strikethrough", "removeStrikethrough"],
  bullets: ["UL", "makeUnorderedList", "removeList"],
  numbers: ["OL", "makeOrderedList", "removeList"],
  quote: ["BLOCKQUOTE", "increaseQuoteLevel", "decreaseQuoteLevel"],
};

function format(name, value) {
  if (Object.hasOwn(toggles, name)) {
    const [tag, on, off] = toggles[name];
    editor[editor.hasFormat(tag) ? off : on]();
  } else if (name === "link") value ? editor.makeLink(value) : editor.removeLink();
  else if (name === "size") editor.setFontSize(value || null);
  else if (name === "colour") editor.setTextColor(value || null);
  else if (name === "clear") editor.removeAllFormatting();
  else if (name === "undo") editor.undo();
  else if (name === "redo") editor.redo();
  tellSoon();
  tellState();
}

/** What the page may ask for. */
const orders = {
  look({ dark, label, busy }) {
    document.documentElement.classList.toggle("is-dark", dark);
    root.setAttribute("aria-label", label);
    busy ? root.setAttribute("aria-busy", "true") : root.removeAttribute("aria-busy");
  },
  open({ html }) {
    isOpen = true;
    editor.setHTML(html);
    editor.moveCursorToStart();
    scrollTo(0, 0);
    sent = outgoing(root);
    say({ is: "changed", html: sent, text: textOf(root), formatted: isFormatted(root) });
    tellState();
  },
  /** Puts something around what is being written; the caret stays in the text where it is. */
  around({ above, below }) {
    const scroll = scrollY;
    editor.setHTML(above + editor.getHTML(true) + below);
    scrollTo(0, scroll);
    tell();
  },
  focus() {
    focus();
    editor.focus();
  },
  format: ({ name, value }) => format(name, value),
  insert({ number, html, text }) {
    if (number !== lastPaste) return;
    html ? editor.insertHTML(html, true) : editor.insertPlainText(text, true);
    tellSoon();
  },
  bring({ html }) {
    editor.insertHTML(html);
    tellSoon();
  },
  sign,
  add: ({ name, file }) => insertPicture(file, name),
  picture: ({ cid, blob }) => void keepPicture(cid, blob),
  lose({ cid }) {
    for (const image of root.querySelectorAll("img[data-cid]")) if (image.dataset.cid === cid) image.remove();
    tell();
  },
  tell({ number }) {
    tell();
    say({ is: "told", number });
  },
};

const wordsOf = (html) => {
  const box = document.createElement("div");
  box.append(fragmentOf(html));
  return textOf(box).trim();
};

/** Puts a signature in the place of another. What somebody wrote on is theirs and stays. */
function sign({ old, new: fresh, below }) {
  const box = root.querySelector(".postern-signature");
  if (box ? textOf(box).trim() !== wordsOf(old) : old) return;
  editor.saveUndoState();
  const signature = fragmentOf(fresh);
  if (box) box.replaceWith(signature);
  else if (fresh) {
    const quote = below ? null : quotation();
    const room = document.createElement("div");
    room.append(document.createElement("br"));
    quote ? quote.before(signature, room) : root.append(room, signature);
  }
  tell();
}

/** Where what is answered or passed on begins, with the line that names it; none at the very top. */
function quotation() {
  for (const block of root.children) {
    const cited = block.matches('blockquote[type="cite"]');
    if (!cited && !/^-{10} .* -{10}$/.test(block.textContent)) continue;
    const start = cited ? block.previousElementSibling : block;
    return start?.previousElementSibling ? start : null;
  }
  return null;
}

function insertPicture(file, name = file.name) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const cid = `${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}@postern`;
  const image = editor.insertImage(keepPicture(cid, file), { alt: name, "data-cid": cid });
  image.addEventListener("load", () => {
    image.setAttribute("width", String(Math.min(image.naturalWidth, WIDEST)));
    image.style.height = "auto";
    tellSoon();
  }, { once: true });
  say({ is: "picture", cid, file });
  tellSoon();
}

const isPicture = ({ type }) => /^image\/(png|jpeg|gif|webp)$/.test(type);

/** Takes what is pasted or dropped; false where the editor's own way is right. */
function take(data, plain) {
  const files = [...data.files];
  const html = plain ? "" : data.getData("text/html");
  // Programs that copy a text put a picture of it beside it.
  if (files.length && !data.getData("text/plain")) {
    for (const file of files) isPicture(file) ? insertPicture(file) : say({ is: "file", file });
    return true;
  }
  if (!html) return false;
  lastPaste += 1;
  say({ is: "paste", number: lastPaste, html: named(html), text: data.getData("text/plain") });
  return true;
}

let shift = false;
let dragging = false;
addEventListener("keydown", (event) => (shift = event.shiftKey), true);
addEventListener("keyup", (event) => (shift = event.shiftKey), true);
addEventListener("dragstart", () => (dragging = true), true);
addEventListener("dragend", () => (dragging = false), true);

addEventListener("paste", (event) => {
  if (!event.clipboardData || !take(event.clipboardData, shift)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

addEventListener("dragover", (event) => event.preventDefault(), true);
addEventListener("drop", (event) => {
  // What is moved within the text is known already.
  if (dragging || !event.dataTransfer) return;
  const at = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  if (at && root.contains(at.startContainer)) editor.setSelection(at);
  if (!take(event.dataTransfer, false)) editor.insertPlainText(event.dataTransfer.getData("text/plain"), true);
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// A link in the text is text: it leads nowhere from here.
addEventListener("click", (event) => event.target.closest?.("a") && event.preventDefault(), true);
addEventListener("submit", (event) => event.preventDefault(), true);

const key = (name) => (_, event) => {
  event.preventDefault();
  event.stopPropagation();
  tell();
  say({ is: "key", name });
};
for (const modifier of ["Ctrl-", "Meta-"]) {
  editor.setKeyHandler(`${modifier}Enter`, key("send"));
  editor.setKeyHandler(`${modifier}k`, key("link"));
  editor.setKeyHandler(`${modifier}\\`, (_, event) => (event.preventDefault(), format("clear")));
}
editor.setKeyHandler("Escape", key("leave"));

// What was switched off before a new paragraph stays off in it.
const INLINE = ["B", "I", "U", "S"];
addEventListener("beforeinput", ({ inputType }) => {
  if (inputType !== "insertParagraph") return;
  const off = INLINE.filter((tag) => !editor.hasFormat(tag));
  setTimeout(() => {
    for (const tag of off) if (editor.hasFormat(tag)) editor.changeFormat(null, { tag });
  });
}, true);

editor.addEventListener("input", tellSoon);
for (const type of ["pathChange", "select", "cursor"]) editor.addEventListener(type, tellState);
editor.addEventListener("blur", tell);

say = await connect((order) => {
  if (Object.hasOwn(orders, order?.do)) orders[order.do](order);
});
say({ is: "ready" });
