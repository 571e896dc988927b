// What the image is asked for its health with: slim images have no curl, and node is there. Ends with 0 once the mock
// answers, and with 1, saying why, while it does not.
const { MOCKNITO_PORT: port = '9400' } = process.env
const url = `http://127.0.0.1:${/^\d+$/.test(port) ? port : '9400'}/ready`

try {
  const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(1500) })
  if (!ok) throw new Error(`it answers ${status}`)
} catch ({ message, cause }) {
  process.stderr.write(`${url}: ${cause?.message ?? message}\n`)
  process.exitCode = 1
}
