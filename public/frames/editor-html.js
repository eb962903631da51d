// HTML on its way into the editor and out of it. What comes in was made safe by the bridge; here
// its style sheets become styles of elements, and pictures of the mail are shown from memory.

const NEVER =
  "script,style,link,meta,base,title,iframe,frame,object,embed,applet,form,button,select,textarea,svg,math";
/** Assignments of styles after which a mail's own looks are let be. */
const MOST = 50_000;

const pictures = new Map();

/** A fragment of this document, to be put into the editor. */
export function fragmentOf(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  try {
    setStyles(parsed);
  } catch {
    // A sheet that cannot be read leaves its mail plain.
  }
  for (const element of parsed.querySelectorAll(NEVER)) element.remove();
  for (const element of parsed.body.querySelectorAll("*")) tidy(element);
  for (const image of parsed.querySelectorAll('img[src^="cid:"]')) {
    image.dataset.cid = image.getAttribute("src").slice(4);
    show(image);
  }
  // From elsewhere nothing is fetched here; whoever gets the message sees it.
  for (const image of parsed.querySelectorAll('img[src^="http"]')) {
    image.dataset.away = image.getAttribute("src");
    image.removeAttribute("src");
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...[...parsed.body.childNodes].map((node) => document.adoptNode(node)));
  return fragment;
}

/** Keeps a picture, and shows it wherever it is named. */
export function keepPicture(cid, blob) {
  const url = URL.createObjectURL(blob);
  pictures.set(cid, url);
  for (const image of document.querySelectorAll("img[data-cid]")) show(image);
  return url;
}

/** HTML that was copied here, its pictures named as they are in the mail. */
export function named(html) {
  let out = html;
  for (const [cid, url] of pictures) out = out.replaceAll(url, `cid:${cid}`);
  return out;
}

/** The editor's content as it goes out. */
export function outgoing(root) {
  // In a document that is not shown nothing is fetched.
  const copy = document.implementation.createHTMLDocument("").importNode(root, true);
  for (const element of copy.querySelectorAll(".squire-image-resize-container,input[id^=squire]")) element.remove();
  for (const image of copy.querySelectorAll("img[data-cid]")) {
    image.setAttribute("src", `cid:${image.dataset.cid}`);
    image.removeAttribute("data-cid");
  }
  for (const image of copy.querySelectorAll("img[data-away]")) {
    image.setAttribute("src", image.dataset.away);
    image.removeAttribute("data-away");
  }
  return copy.innerHTML.replaceAll("\u200b", "");
}

function show(image) {
  const url = pictures.get(image.dataset.cid);
  if (url && image.getAttribute("src") !== url) image.setAttribute("src", url);
  else if (!url) image.removeAttribute("src");
}

function tidy(element) {
  for (const { name, value } of [...element.attributes]) {
    const address = ["href", "src", "action", "formaction"].includes(name);
    const acts = address && /^\s*(javascript|vbscript|data:text)/i.test(value);
    if (name.startsWith("on") || acts || ["data-host", "srcdoc", "target", "rel"].includes(name)) {
      element.removeAttribute(name);
    }
  }
  const position = element.style?.position;
  if (position === "fixed" || position === "absolute" || position === "sticky") element.style.position = "";
}

/** Gives each element what style sheets say of it: sheets do not travel with a quotation. */
function setStyles(parsed) {
  const wanted = new Map();
  let count = 0;
  const read = (rules) => {
    for (const rule of rules) {
      if (rule instanceof CSSMediaRule) {
        if (matchMedia(rule.conditionText).matches) read(rule.cssRules);
      } else if (rule instanceof CSSStyleRule && count < MOST) {
        for (const element of parsed.body.querySelectorAll(rule.selectorText)) {
          if (!wanted.has(element)) wanted.set(element, []);
          wanted.get(element).push([weight(rule.selectorText), rule.style]);
          count += 1;
        }
      }
    }
  };
  for (const style of parsed.querySelectorAll("style")) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style.textContent);
    read(sheet.cssRules);
  }
  for (const [element, styles] of wanted) {
    const own = element.getAttribute("style") ?? "";
    styles.sort(([a], [b]) => a - b);
    const loud = (style) => [...style].filter((name) => style.getPropertyPriority(name));
    for (const [, style] of styles) for (const name of style) element.style.setProperty(name, style.getPropertyValue(name));
    if (own) element.style.cssText += `;${own}`;
    for (const [, style] of styles) for (const name of loud(style)) element.style.setProperty(name, style.getPropertyValue(name));
  }
}

/** About how much a selector weighs: names of ids, of classes, of elements. */
function weight(selector) {
  const bare = selector.replace(/:where\([^)]*\)/g, "");
  const count = (what) => (bare.match(what) ?? []).length;
  return count(/#/g) * 10_000 + count(/[.[:]/g) * 100 + count(/(^|[\s>+~])[a-z]/gi);
}
