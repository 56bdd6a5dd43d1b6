/** Svelte 5 strips types itself; runes everywhere. */
export default { compilerOptions: { runes: true } };
