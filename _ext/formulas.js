// Formulas are set a few at a time: meanwhile the page answers its reader. MathJax reads this before it starts.
window.MathJax = {
  ...window.MathJax,
  startup: {
    async pageReady() {
      const formulas = [...document.querySelectorAll(".math")];
      for (let first = 0; first < formulas.length; first += 8) {
        await MathJax.typesetPromise(formulas.slice(first, first + 8));
        await new Promise((resume) => setTimeout(resume));
      }
    },
  },
};
