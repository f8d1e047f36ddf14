// Sends something to the server; its refusals come back as errors whose text is for the person.

export async function post(address, body, method = "POST") {
  const raw = body instanceof Int16Array;
  const answer = await fetch(address, {
    method,
    headers: body === undefined || raw ? {} : { "content-type": "application/json" },
    body: body === undefined || raw ? body : JSON.stringify(body),
  });
  const said = await answer.json();
  if (answer.ok) return said;
  const error = new Error([said.message, said.hint].filter(Boolean).join(" "));
  error.told = true;
  throw error;
}
