// The login page holds its form twice, one copy for small screens and one for large. As on Cognito, what is typed into
// one copy appears in the other, so it survives a change of the window's width. The page works without this file.

document.addEventListener('input', ({ target }) => {
  for (const twin of document.getElementsByName(target.name)) {
    if (twin !== target) twin.value = target.value
  }
})

// Both copies use the same ids, so a label of the second copy would lead to the hidden field of the first.
document.addEventListener('click', (click) => {
  const label = click.target.closest('label[for]')
  const field = label?.closest('form')?.querySelector(`#${label.htmlFor}`)
  if (field) {
    click.preventDefault()
    field.focus()
  }
})
