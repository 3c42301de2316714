// What the search shows of a hit: the sentences around the words, from the page's prose (_ext/searching.py).
// Sphinx's own way is to read the whole page, with its code and formulas, which a page opened from a file may not do.
DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

const LONGEST = 260; // letters that a summary may have
const wanted = new Map(); // page → its prose, and what to call when it is there

// Each prose/<page>.js calls this.
function bookProse(page, sections) {
  wanted.get(page).settle(sections);
}

function proseOf(page) {
  if (!wanted.has(page)) {
    const script = document.createElement("script");
    const sections = new Promise((settle) => wanted.set(page, { settle }));
    wanted.get(page).sections = sections;
    script.onerror = () => wanted.get(page).settle([]);
    script.src = `prose/${page}.js`;
    document.head.append(script);
  }
  return wanted.get(page).sections;
}

// The sentence with the first of the words, and those of the same paragraph after it as far as there is room.
function excerpt(paragraph, words) {
  const sentences = paragraph.match(/\S.*?(?:[.?!]["”)]?(?=\s)|$)/g) ?? [];
  const first = sentences.findIndex((sentence) => words.some((word) => sentence.toLowerCase().includes(word)));
  if (first < 0) return null;
  let found = sentences[first];
  for (const next of sentences.slice(first + 1)) {
    if (found.length + next.length > LONGEST) break;
    found += ` ${next}`;
  }
  return found.length <= LONGEST ? found : shortened(found, words);
}

// As much of a long sentence as there is room for, with one of the words in it.
function shortened(sentence, words) {
  const at = Math.min(...words.map((word) => sentence.toLowerCase().indexOf(word)).filter((index) => index >= 0));
  const begin = Math.max(0, Math.min(at - LONGEST / 2, sentence.length - LONGEST));
  const end = begin + LONGEST;
  const whole = sentence.slice(begin, end).replace(begin ? /^\S*\s/ : "", "");
  return (begin ? "… " : "") + (end < sentence.length ? `${whole.replace(/\s\S*$/, "")} …` : whole);
}

async function summarize(item, words, typed) {
  const [page, anchor] = item.querySelector("a").getAttribute("href").split("#");
  const sections = await proseOf(page.replace(/\.html$/, ""));
  const begin = anchor ? sections.findIndex(([id]) => id === anchor) : 0;
  const texts = sections.slice(Math.max(begin, 0)).map(([, paragraphs]) => paragraphs).filter(({ length }) => length);
  if (!texts.length) return;
  const looked = anchor ? texts[0] : texts.flat();
  const found = looked.map((paragraph) => excerpt(paragraph, words)).find(Boolean);
  const summary = document.createElement("p");
  summary.className = "context";
  summary.textContent = found ?? excerpt(looked[0], [""]);
  typed.forEach((word) => _highlightText(summary, word, "highlighted"));
  item.append(summary);
}

document.addEventListener("DOMContentLoaded", () => {
  const query = new URLSearchParams(location.search).get("q") ?? "";
  const stemmer = new Stemmer();
  const typed = splitQuery(query.toLowerCase()).filter((word) => !stopwords.includes(word));
  const words = typed.map((word) => stemmer.stemWord(word));
  new MutationObserver((changes) => {
    for (const item of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
      // What stands in parentheses says already what a name of the package is.
      if (item.matches?.("ul.search > li") && !item.querySelector(":scope > span")) summarize(item, words, typed);
    }
  }).observe(document.getElementById("search-results"), { childList: true, subtree: true });
});
