/** Runs in the demo page: posts how many milliseconds after navigation it has greeted. */

const greeting = document.getElementById('greeting');
const look = () => {
  if (!greeting.textContent.includes('Hello, waPC!')) return;
  observer.disconnect();
  fetch('/greeted', { method: 'POST', body: `${performance.now()}` });
};
const observer = new MutationObserver(look);
observer.observe(greeting, { childList: true, characterData: true, subtree: true });
look();
