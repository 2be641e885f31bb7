/** The colour of what cameras saw and nobody has decided on yet. */
export const FINDING = '#ff8ad8';
