/** The page's elements: found, made, and told about errors. */

/** The element of that id. */
export const $ = (id) => document.getElementById(id);

/** A new element. Text stays text, whatever a guest put into it. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** An error as people read it: code, message, and what lies behind it. */
export function errorElement(error) {
  const told = element('p', { class: 'error' }, element('strong', {}, error.code ?? error.name), ` ${error.message}`);
  const { cause } = error;
  if (cause !== undefined)
    told.append(element('br'), `caused by ${cause?.name ?? typeof cause}: ${cause?.message ?? cause}`);
  return told;
}

/** Does something when a form is sent. */
export function onSubmit(form, work) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    work();
  });
}
