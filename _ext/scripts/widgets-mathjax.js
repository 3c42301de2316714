// The widgets' script typesets labels through MathJax 2's queue; the pages carry MathJax 3,
// which looks only at elements that ask for it.
window.MathJax = window.MathJax || {};
window.MathJax.Hub = {
  Queue: ([, , element]) => {
    element.classList.add("mathjax_process");
    window.MathJax.startup?.promise.then(() => window.MathJax.typesetPromise([element]));
  },
};
