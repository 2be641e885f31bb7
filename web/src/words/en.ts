import { casework } from './en/casework';
import { desk } from './en/desk';
import { map } from './en/map';
import { session } from './en/session';
import type { Key } from './zh';

export const en: Record<Key, string> = { ...map, ...session, ...casework, ...desk };
