// Tell Python of what a reader changed, once the hand rests: one message for all that changed meanwhile. `valueOf` gives a
// value by its name, as it travels; names are handed to what is returned here.
export function teller(python, valueOf) {
  const changes = new Set();
  let waiting = 0;
  return (...names) => {
    for (const name of names) changes.add(name);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      python.tell(Object.fromEntries([...changes].map((name) => [name, valueOf(name)])));
      changes.clear();
    }, 150);
  };
}
