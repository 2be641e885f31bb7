/** Where keys are for writing, or a dialog is open, none of them is a command. */
export const isWriting = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement &&
  target.closest('input:not([type=checkbox], [type=radio]), textarea, select, dialog') !== null;

/** No command: it belongs to the browser, or to somebody who composes a Chinese word. */
export const isForeign = ({ isComposing, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  isComposing || ctrlKey || metaKey || altKey;

/** The step that the key stands for: 1 to 9. */
export const stepOf = ({ key }: KeyboardEvent): number | undefined => (/^[1-9]$/.test(key) ? Number(key) : undefined);
