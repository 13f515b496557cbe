/** Runs in the demo page: posts the milliseconds from navigation to the greeting. */

const greeting = document.getElementById('greeting');
const look = () => {
  if (!greeting.textContent.includes('Hello, waPC!')) return;
  observer.disconnect();
  fetch('/greeted', { method: 'POST', body: `${performance.now()}` });
};
const observer = new MutationObserver(look);
observer.observe(greeting, { childList: true, characterData: true, subtree: true });
look();
