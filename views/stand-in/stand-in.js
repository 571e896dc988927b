// Posts the answer of a SAML provider. Without this file somebody presses the button.

document.querySelector('[data-goes-off]')?.submit()
