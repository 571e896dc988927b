// Ticks off the rules of the pool's password policy while somebody types a new password. The server judges in the end;
// without this file the list is there all the same.

const fits = {
  length: (password, minimum) => password.length >= minimum,
  lowerletter: (password) => /[a-z]/.test(password),
  upperletter: (password) => /[A-Z]/.test(password),
  numbers: (password) => /\d/.test(password),
  symbols: (password) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|\S \S/.test(password),
}

document.addEventListener('input', ({ target }) => {
  if (!target.matches('[data-checked-password]')) return
  for (const row of document.querySelectorAll('[data-rule]')) {
    const isValid = fits[row.dataset.rule](target.value, Number(row.dataset.minimum))
    row.dataset.valid = isValid
    row.querySelector('[data-mark]').textContent = isValid ? '✓' : '✖'
    // The two classes that a pool's CSS may style.
    row.firstElementChild?.classList.toggle('passwordCheck-valid-customizable', isValid)
    row.firstElementChild?.classList.toggle('passwordCheck-notValid-customizable', !isValid)
  }
})
