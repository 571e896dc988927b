// The timers of the machine, taken when this module is loaded: a test that fakes timers in its process, before or after
// the start, does not stop the mock. What is loaded only when it is needed takes them from here, and not from the global
// scope, where the fakes may be by then; handle/waiting.ts, which every start loads, brings this module along.
export const { setTimeout, clearTimeout } = globalThis
