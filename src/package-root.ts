// Where this package stands: everything that it reads from `views/`, `fixtures/` and package.json is found from here. One folder
// below it in each form: src/, the modules that tsc makes of it in build/, and what is bundled of them in dist/.

/** The folder of package.json, with a closing slash. */
export const packageRoot: URL = new URL('../', import.meta.url)
