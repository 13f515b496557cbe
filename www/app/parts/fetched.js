/** Files of the page. */

/** The response with a file of the page. Rejects with an error that names the file. */
export async function fetched(path) {
  const response = await fetch(path).catch(() => {
    throw new Error(`${path} could not be fetched: there is no answer`);
  });
  if (!response.ok) throw new Error(`${path} could not be fetched: the server answered ${response.status}`);
  return response;
}
