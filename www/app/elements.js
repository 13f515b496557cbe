/** The page's elements: finds them, makes them, and shows errors. */

/** The element with that id. */
export const $ = (id) => document.getElementById(id);

/** Makes an element. Text stays text, whatever a guest put into it. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Shows an error: code, message, and its cause. */
export function errorElement(error) {
  const told = element('p', { class: 'error' }, element('strong', {}, error.code ?? error.name), ` ${error.message}`);
  const { cause } = error;
  if (cause !== undefined)
    told.append(element('br'), `caused by ${cause?.name ?? typeof cause}: ${cause?.message ?? cause}`);
  return told;
}

/** Calls `work` when a form is submitted. */
export function onSubmit(form, work) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    work();
  });
}
