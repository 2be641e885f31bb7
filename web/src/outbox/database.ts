/** What the phone keeps: what is to be sent, and answers for when nothing comes back. */
type Store = 'outbox' | 'shelf';

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const request = indexedDB.open('gridwatch', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('outbox', { keyPath: 'id', autoIncrement: true });
      request.result.createObjectStore('shelf', { keyPath: 'path' });
    };
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      const base = request.result;
      // A newer page in another tab does not wait for this one.
      base.onversionchange = () => base.close();
      base.onclose = () => (opened = undefined);
      done(base);
    };
  });
}

/** One piece of work, whole or not at all; on disk when it answers. */
export async function inStore<T>(
  name: Store,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  opened ??= open();
  const base = await opened.catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return new Promise((done, fail) => {
    const transaction = base.transaction(name, mode, { durability: 'strict' });
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => fail(transaction.error);
  });
}
