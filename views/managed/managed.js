// A button beside each password that shows it. The page works without this file.

for (const field of document.querySelectorAll('[data-revealable]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'reveal'
  button.setAttribute('aria-pressed', 'false')
  button.setAttribute('aria-controls', field.id)
  button.setAttribute('aria-label', document.documentElement.dataset.reveal)
  button.addEventListener('click', () => {
    const isShown = field.type === 'password'
    field.type = isShown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(isShown))
  })
  field.after(button)
}
