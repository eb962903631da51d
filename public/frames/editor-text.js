// Rich text as plain text: paragraphs as lines, quotes as `> `, lists with their marks, links with
// their addresses.

const APART = new Set(["P", "H1", "H2", "H3", "H4", "H5", "H6", "TABLE", "UL", "OL", "PRE"]);
const BLOCK = new Set([
  "ADDRESS", "ARTICLE", "ASIDE", "BLOCKQUOTE", "DD", "DIV", "DL", "DT", "FIGURE", "FOOTER", "HEADER",
  "LI", "SECTION", "TBODY", "THEAD", "TFOOT", "TR", ...APART,
]);
const FORMAT =
  "b,i,u,s,strong,em,img,table,ul,ol,h1,h2,h3,h4,h5,h6,font,sub,sup,code,pre,hr,a[href]," +
  "span[style],[style*=color],[style*=font],[style*=background],[style*=align],[align],[dir=rtl]";

class Writer {
  lines = [];
  #line = null;
  #mark = "";
  #indent = "";
  #quotes = 0;

  word(text, verbatim) {
    if (verbatim) {
      const [first, ...rest] = text.split("\n");
      this.#line = (this.#line ?? "") + first;
      for (const line of rest) {
        this.end();
        this.#line = line;
      }
      return;
    }
    let words = text.replace(/[ \t\r\n]+/g, " ");
    if (this.#line === null || this.#line === "" || this.#line.endsWith(" ")) words = words.replace(/^ /, "");
    if (words) this.#line = (this.#line ?? "") + words;
  }

  /** Ends the line that was begun; `always` also where none was. */
  end(always) {
    if (this.#line === null && !always) return;
    const line = (this.#mark + (this.#line ?? "")).replaceAll("\u00a0", " ");
    const shown = line.trim() === "--" ? "-- " : line.trimEnd();
    const quote = ">".repeat(this.#quotes);
    this.lines.push(quote && shown ? `${quote} ${shown}` : quote + shown);
    this.#line = null;
    this.#mark = this.#indent;
  }

  /** One empty line, unless there is one or nothing above. */
  gap() {
    this.end();
    const above = this.lines.at(-1);
    if (above !== undefined && above.replace(/^>+/, "") !== "") this.lines.push(">".repeat(this.#quotes));
  }

  item(mark, write) {
    const outer = this.#indent;
    this.end();
    this.#mark = outer + mark;
    this.#indent = outer + " ".repeat(mark.length);
    write();
    this.end();
    this.#indent = this.#mark = outer;
  }

  quote(write) {
    const [mark, indent] = [this.#mark, this.#indent];
    this.end();
    this.#mark = this.#indent = "";
    this.#quotes += 1;
    write();
    this.end();
    this.#quotes -= 1;
    [this.#mark, this.#indent] = [mark, indent];
  }
}

/** The text of an element. */
export function textOf(root) {
  const writer = new Writer();
  children(root, writer, false);
  writer.end();
  while (/^>*$/.test(writer.lines.at(-1) ?? "x")) writer.lines.pop();
  return writer.lines.join("\n");
}

/** Whether plain text would lose something. */
export function isFormatted(root) {
  for (const element of root.querySelectorAll(FORMAT)) {
    if (element.tagName !== "A" || !isBare(element)) return true;
  }
  return false;
}

function children(node, writer, verbatim) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) writer.word(child.data.replaceAll("\u200b", ""), verbatim);
    else if (child.nodeType === Node.ELEMENT_NODE) element(child, writer, verbatim);
  }
}

function element(node, writer, verbatim) {
  const name = node.tagName;
  const inside = () => children(node, writer, verbatim || name === "PRE");
  if (name === "BR") return writer.end(true);
  if (name === "IMG") return writer.word(node.alt ? `[${node.alt}]` : "");
  if (name === "HR") return writer.gap(), writer.word("-".repeat(40)), writer.end();
  if (name === "STYLE" || name === "TITLE") return;
  if (name === "A") {
    inside();
    if (node.getAttribute("href") && !isBare(node)) writer.word(` <${shown(node)}>`);
    return;
  }
  if (name === "TD" || name === "TH") return inside(), writer.word("  ");
  if (!BLOCK.has(name)) return inside();
  const apart = APART.has(name) && !node.closest("li");
  apart ? writer.gap() : writer.end();
  if (name === "BLOCKQUOTE") writer.quote(inside);
  else if (name === "LI") writer.item(mark(node), inside);
  else inside();
  apart ? writer.gap() : writer.end();
}

function mark(item) {
  const list = item.parentElement;
  if (list?.tagName !== "OL") return "- ";
  const before = [...list.children].filter((one) => one.tagName === "LI").indexOf(item);
  return `${(Number(list.getAttribute("start")) || 1) + before}. `;
}

function shown(link) {
  return link.getAttribute("href").replace(/^mailto:/i, "");
}

/** A link whose text says all that its address does. */
function isBare(link) {
  const bare = (text) => text.trim().replace(/^(https?:\/\/|mailto:)/i, "").replace(/\/$/, "").toLowerCase();
  return bare(link.getAttribute("href") ?? "") === bare(link.textContent);
}
