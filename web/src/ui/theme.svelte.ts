const KEPT = 'gridwatch.theme';
type Theme = 'dark' | 'light';

/** Dark as a room with a wall is, unless somebody says otherwise: who reads in the sun, or beside a window. */
class Look {
  theme = $state<Theme>(first());

  constructor() {
    document.documentElement.dataset.theme = this.theme;
  }

  switch(): void {
    this.theme = this.theme === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = this.theme;
    localStorage.setItem(KEPT, this.theme);
  }
}

const first = (): Theme => (localStorage.getItem(KEPT) === 'light' ? 'light' : 'dark');

export const look = new Look();
