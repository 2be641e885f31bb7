/** A position as the phone has it. */
export interface Fix {
  lon: number;
  lat: number;
  accuracyM: number;
  at: number;
}

/** Beyond this a pin says better where it is. */
export const ROUGH_M = 50;

/** Why there is none. */
export type NoFix = 'insecure' | 'denied' | 'unavailable';

const asFix = ({ coords, timestamp }: GeolocationPosition): Fix => ({
  lon: coords.longitude,
  lat: coords.latitude,
  accuracyM: coords.accuracy,
  at: timestamp,
});

function whyNot({ code }: GeolocationPositionError): NoFix {
  if (!window.isSecureContext) return 'insecure';
  return code === GeolocationPositionError.PERMISSION_DENIED ? 'denied' : 'unavailable';
}

/** Where the phone is. */
class Locator {
  fix = $state.raw<Fix>();
  failed = $state<NoFix>();

  /** Follows the phone for as long as somebody looks at the page. */
  watch(): () => void {
    const { geolocation } = navigator;
    const options = { enableHighAccuracy: true, maximumAge: 30_000 };
    let id: number | undefined;
    const leave = (): void => {
      if (id !== undefined) geolocation.clearWatch(id);
      id = undefined;
    };
    const turn = (): void => {
      leave();
      if (!document.hidden) id = geolocation.watchPosition(this.#found, this.#not, options);
    };
    turn();
    document.addEventListener('visibilitychange', turn);
    return () => {
      document.removeEventListener('visibilitychange', turn);
      leave();
    };
  }

  /** As it is now, not as it was. */
  now(): Promise<Fix | undefined> {
    return new Promise((done) =>
      navigator.geolocation.getCurrentPosition(
        (position) => done(this.#found(position)),
        (error) => {
          this.#not(error);
          done(undefined);
        },
        { enableHighAccuracy: true, maximumAge: 5_000, timeout: 20_000 },
      ),
    );
  }

  #found = (position: GeolocationPosition): Fix => {
    [this.fix, this.failed] = [asFix(position), undefined];
    return this.fix;
  };

  #not = (error: GeolocationPositionError): void => {
    this.failed = whyNot(error);
  };
}

export const locator = new Locator();
