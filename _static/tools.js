// The contents beside the text fade while a tool reaches to where they stand.
addEventListener("DOMContentLoaded", () => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  const tools = document.querySelectorAll(".cell_output [data-script]");
  if (!contents || !tools.length) return;
  const look = () => {
    const { left, top, bottom } = contents.getBoundingClientRect();
    const reaches = (tool) => {
      const box = tool.getBoundingClientRect();
      return box.right > left && box.top < bottom && box.bottom > top;
    };
    contents.classList.toggle("in-the-way", [...tools].some(reaches));
  };
  addEventListener("scroll", look, { passive: true });
  addEventListener("resize", look);
  look();
});
